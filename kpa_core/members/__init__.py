"""People and bodies: parties, cohorts, dated roles, partners, engagements, the green light."""
