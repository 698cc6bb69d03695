"""A mail server with a mailbox for everybody: letters arrive by SMTP and are read on a page, bounced or answered."""
