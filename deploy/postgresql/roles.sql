-- One side's database and its two roles, made by PostgreSQL's superuser:
--
--     sudo -u postgres psql -v side=people -f roles.sql
--     sudo -u postgres psql -v side=sandbox -f roles.sql
--
-- The owner is for `migrate` alone; the serving role owns nothing, and is granted table by table by `migrate`. Give
-- passwords, where roles are not told apart by the socket, by -v owner_password=… -v serving_password=…

\set ON_ERROR_STOP on
\set database learning_ :side
\set serving learning- :side
\set owner learning- :side -owner

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;
CREATE ROLE :"serving" LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;

\if :{?owner_password}
ALTER ROLE :"owner" PASSWORD :'owner_password';
ALTER ROLE :"serving" PASSWORD :'serving_password';
\endif

CREATE DATABASE :"database" OWNER :"owner";
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"serving";
