"""Files that the desk hands over by a link, and the page behind it: the evidence of a case, and a chart of what is open by age."""
