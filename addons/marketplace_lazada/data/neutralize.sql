-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET lazada_app_key = NULL
 WHERE provider = 'lazada';
