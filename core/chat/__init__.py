"""The shared chat layer: one action table, parsing, handling, views, forms and words. Knows no platform's name or layout."""
