-- A copy of a production database must not speak to the sellers' shops.
UPDATE marketplace_account SET woocommerce_consumer_key = NULL, woocommerce_endpoint = NULL WHERE provider = 'woocommerce';
