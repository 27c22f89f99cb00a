"""The portal: pages for those who look after a team, server-rendered."""
