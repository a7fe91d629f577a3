"""The only place that says what the words around a number make of it."""

import re

ABOUT = 60  # how many characters before or after a number are read for what it means


def means_phone(before: str) -> bool:
    """Whether the words before a number speak of telephones somewhere near."""
    return _PHONE.search(before) is not None


def names_phone(before: str, after: str) -> bool:
    """Whether the words right beside a number call it a telephone number."""
    return _PHONE_HERE.search(before) is not None or _PHONE_AFTER.match(after) is not None


def means_other(before: str) -> bool:
    """Whether the words right before a number call it an order, a part, a parcel or the like."""
    return _OTHER.search(before) is not None


def names_tax_id(before: str) -> bool:
    """Whether the words right before a number call it a tax id, in whatever country."""
    return _TAX_ID.search(before) is not None


def _one_of(*lines: str) -> str:
    return f"(?:{'|'.join(word.replace('_', ' ') for line in lines for word in line.split())})"


_PHONES = _one_of(
    "call calls called calling phone phones tel telephone telefon telefono telefone cell cellphone mobile mobil",
    "mob handy movil celular cellulare portable gsm whatsapp signal text texts sms ring dial fax reach ph",
    "rufnummer tlf puhelin appeler llamar ligar anrufen chiamare bellen number_is numbers_are",
)
_BETWEEN = _one_of(
    "me him her us them it back again is are was at on under unter au al a le no nr num number numbers nummer",
    "numero his their our my the new work home direct office or and then please line phone cell mobile tel fax",
)
_ANOTHER = r"[0-9+() .-]{7,18}(?:or|and|[,/&;]|oder|ou|y|e) ?"  # "call 415 867 5309 or"
_PHONE = re.compile(rf"\b{_PHONES}\b[^0-9\n]{{0,24}}(?:{_ANOTHER})?$", re.IGNORECASE)
_PHONE_HERE = re.compile(rf"\b{_PHONES}\b(?:[\s:;.,#=/()+-]|\b{_BETWEEN}\b)*$", re.IGNORECASE)
_PHONE_AFTER = re.compile(
    r"[\s,(-]{1,3}(?:is (?:his|her|the|my|their) )?\(?(?:cell|mobile|tel|phone|fax|handy|mobil)\b", re.IGNORECASE
)

_THINGS = _one_of(  # whose numbers follow at once
    "orders? serial s/n sn sku tracking parcel shipment invoice inv po ref reference quote upc ean isbn gtin asin",
    "imei waybill consignment voucher coupon barcode bestellung rechnung auftrag commande facture pedido factura",
    "ordine",
)
_COUNTED = _one_of(  # which need the word number, too: "account 4711" may be followed by a telephone
    "part frame item model lot batch job account case stock permit receipt vendor ticket customer product article",
    "art bin box code key kit unit asset claim contract delivery engine motor battery policy project rma return",
    "style vin booking reservation confirmation transaction log page file version firmware build commit",
)
_NUMBER = r"(?:(?:no|nr|num|number|numbers|nummer|numero|id|code|#|is|was)\W{0,3})"
_OTHER = re.compile(
    rf"\b(?:{_THINGS}\W{{0,3}}{_NUMBER}{{0,2}}|{_COUNTED}\W{{1,3}}{_NUMBER}{{1,2}}|{_COUNTED} ?#)\W{{0,3}}$",
    re.IGNORECASE,
)

_TAX_IDS = _one_of(
    "ssn itin atin ptin tin fein ein nif nie dni cpf cnpj bsn tfn abn pesel utr (?-i:SIN) steuer-?id steuer-?nr",
    "idnr steuer-?nummer steueridentifikationsnummer social social_security social_insurance tax-?id tax_id",
    "tax_no tax_number tax_reference tax_file taxpayer_id taxpayer_number employer_id national_insurance",
    "national_id ni personnummer cpr hetu fodselsnummer codice_fiscale numero_fiscal curp rfc aadhaar pan_card",
    "my_number pps nir securite_sociale ahv sozialversicherungsnummer burgerservicenummer rodne_cislo",
)
_TAX_ID = re.compile(
    rf"\b{_TAX_IDS}\b(?:[\s:;.,#=/()-]|\b(?:is|are|was|no|nr|number|num|card|id|identification|his|her|their)\b)*$",
    re.IGNORECASE,
)
