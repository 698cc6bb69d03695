"""Mail: letters out by SMTP, bounces and answers in."""
