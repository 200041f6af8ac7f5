-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET tiktok_app_key = NULL, tiktok_warehouse = NULL
 WHERE provider = 'tiktok';
