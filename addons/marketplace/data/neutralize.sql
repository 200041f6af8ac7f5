-- A copy of a production database must not speak to the sellers' accounts: no credentials, nothing enabled, no work queued.
UPDATE marketplace_account SET state = 'disabled', secrets = NULL;
UPDATE marketplace_account SET webhook_key = md5(random()::text || clock_timestamp()::text || id::text);
DELETE FROM marketplace_token;
DELETE FROM marketplace_authorisation;
UPDATE marketplace_shop SET state = 'paused' WHERE state = 'running';
UPDATE queue_job SET state = 'cancelled' WHERE state IN ('wait_dependencies', 'pending', 'enqueued', 'started') AND (model_name LIKE 'marketplace.%' OR channel LIKE 'root.marketplace%');
