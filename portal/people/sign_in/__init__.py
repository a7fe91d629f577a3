"""The pages that sign somebody in and out: prospects by a link in a mail or a passkey, staff by two factors."""
