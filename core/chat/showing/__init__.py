"""From rows to views: which facts, in which order, in which words; a module per topic."""
