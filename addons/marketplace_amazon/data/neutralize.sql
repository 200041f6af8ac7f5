-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET amazon_client_id = NULL, amazon_seller_id = NULL, amazon_queue_url = NULL, amazon_aws_access_key = NULL
 WHERE provider = 'amazon';
