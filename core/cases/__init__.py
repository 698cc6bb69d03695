"""Cases: states and triage kinds, assignment, notes and answers, clocks."""
