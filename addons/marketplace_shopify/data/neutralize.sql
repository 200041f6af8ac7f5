-- A copy of a production database must not speak to the sellers' shops.
UPDATE marketplace_account SET shopify_domain = NULL, shopify_client_id = NULL, shopify_locations = NULL
 WHERE provider = 'shopify';
