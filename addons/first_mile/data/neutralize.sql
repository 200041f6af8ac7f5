-- A copy of a production database must not speak to 17TRACK, nor be spoken to.
UPDATE first_mile_tracker SET state = 'disabled', secrets = NULL, webhook_key = md5(random()::text || clock_timestamp()::text || id::text);
