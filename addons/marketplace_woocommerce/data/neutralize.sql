-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET woocommerce_key_id = NULL WHERE provider = 'woocommerce';
