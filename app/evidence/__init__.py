"""The evidence of a case as a PDF and as JSON, and the page behind a link to it."""
