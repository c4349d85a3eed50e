#!/usr/bin/env bash
# 14 August 2024: a configuration change takes the databases of GitHub.com away from all services.
#
# The updates to customers are word for word those of GitHub's status page, at their times (UTC):
# sources/github-2024-08-14.json. Its last one tells what really happened, from 22:59 on. Who did
# what inside is not known: the people here are invented, and so is what they say to each other.
#
# Needs `warroom` on the PATH and a hub without rooms (WARROOM_DATA says where its data is).
set -euo pipefail

# at HH:MM: that minute of the night. did WHO HH:MM WORD ...: what someone did then.
at() { case $1 in 2*) echo "2024-08-14T${1}Z" ;; *) echo "2024-08-15T${1}Z" ;; esac; }
did() { warroom "${@:3}" --as "$1" --at "$(at "$2")"; }

# together: wait for all who act at once; if one of them fails, so does the story.
together() { local job; for job in $(jobs -p); do wait "$job"; done; }

# The number of the entry, or the action, or the update that a command made, from what it printed.
entry() { grep -om1 '#[0-9]*'; }
action() { grep -om1 '\bA[0-9]*\b'; }
update() { grep -om1 '\bU[0-9]*\b'; }

# told HH:MM TEXT: an update to customers on its whole way. Cleo writes, Dev approves: he is deputy
# at first, and commander later. What the page said within one minute is one update, a line each.
told() {
    local u
    u=$(did cleo "$1" update customers "$2" | update)
    did cleo "$1" update "$u" submit
    did dev "$1" update "$u" approve
    # Several write at once: the status may move while a draft waits, as the draft itself says.
    did cleo "$1" update "$u" publish anyway
    did cleo "$1" update "$u" sent githubstatus.com
}

# --- 23:05. Alarms everywhere. Ada declares; everyone who wakes up writes at once.

WARROOM_INCIDENT=$(warroom declare "Degraded availability for Actions, Pages and Pull Requests" \
    --severity 2 --service Actions --service Pages --service "Pull Requests" \
    --at "$(at 23:05)" --as ada)
export WARROOM_INCIDENT

did ada 23:05 role ic
did ada 23:03 obs "error rate of github.com at 100 % in all regions" &
did ben 23:04 obs "proxies report no healthy database hosts" &
did cleo 23:06 obs "status page gets 40 reports a minute" &
did dev 23:05 post "who else is awake?" &
together

did ada 23:07 here @fay @gus @ivy voice
did ada 23:07 role tl @ben
did ada 23:07 role cl @cleo
did ada 23:07 role dep @dev
did kim 23:07 role scribe
did ada 23:08 status investigating
did kim 23:08 obs "sign-in fails too" --said-by @gus
did ada 23:10 sev 1 "no service on GitHub.com answers"

# --- 23:11 to 23:22. The status page, service by service; the technical side beside it.

(
    told 23:11 "We are investigating reports of degraded availability for Actions, Pages and Pull Requests"
    told 23:12 "Pages is experiencing degraded availability. We are continuing to investigate."
    told 23:13 "Copilot is experiencing degraded availability. We are continuing to investigate."
    told 23:16 "We are investigating reports of issues with GitHub.com and GitHub API. We will continue to keep users updated on progress towards mitigation."
    told 23:18 "Packages is experiencing degraded availability. We are continuing to investigate."
    told 23:19 "Git Operations is experiencing degraded availability. We are continuing to investigate.
Issues is experiencing degraded availability. We are continuing to investigate."
    told 23:20 "Webhooks is experiencing degraded availability. We are continuing to investigate."
    told 23:22 "Codespaces is experiencing degraded availability. We are continuing to investigate."
) &

did ben 23:12 hyp "the network between the sites and the databases is down"
did ben 23:13 hyp "a deploy of the monolith broke its database client"
did ben 23:14 hyp "the databases are up and the routing service cannot see them"
did kim 23:15 hyp H1 out "hosts answer pings from the proxies' racks" --said-by @ivy
did ben 23:16 hyp H2 out "no deploy since 21:40, and old releases fail as well"
look=$(did ada 23:16 act @fay "find out what the routing service sees" --due 10m | action)
did kim 23:17 act "$look" start --said-by @fay

# Ben pastes how he connects, with the password in it.
pasted=$(did ben 23:18 obs - <<'PASTE' | entry
$ psql "postgres://router:correct-horse-9f2c71@db-health-03:5432/health" -c "select pong()"
ERROR:  permission denied for function pong
PASTE
)
did ben 23:18 redact "$pasted" "the password of the routing service stands in it"
did kim 23:19 redact "$pasted" approve
did ben 23:19 act @fay "rotate the password of the routing service" --due 2h
fact=$(did ben 23:18 obs - <<'PASTE' | entry
the health check of the routing service is refused by the databases:
$ psql service=health-03 -c "select pong()"
ERROR:  permission denied for function pong
PASTE
)

did kim 23:20 act "$look" done "health check pings fail on every host, so it routes to none" \
    --said-by @fay
did ben 23:21 hyp H3 supported "health check pings fail since 22:59, queries by hand work"
did cleo 23:21 promote "$fact" fact

# --- 23:24. What changed at 22:59? Fay knows. One way back is proposed, another is objected to.

did kim 23:24 obs "at 22:59 a configuration change went out to all databases" --said-by @fay
warroom info started 2024-08-14T23:02Z impact high urgency high --as kim
did ada 23:25 status identified "the 22:59 change stops databases from answering health checks"

did hal 23:25 propose "restart all databases with the old configuration" --risk high --due 60s &
did kim 23:25 propose "roll the configuration change back, site by site" --risk medium --due 60s \
    --said-by @fay &
together
restart=$(warroom tail | grep -o 'D[12] *proposed: restart' | cut -c1-2)
back=$(warroom tail | grep -o 'D[12] *proposed: roll' | cut -c1-2)
did ben 23:26 object "$restart" "cold caches: we would be down for an hour more"
did kim 23:26 object "$restart" "replicas would lag behind for minutes" --said-by @gus
did hal 23:27 withdraw "$restart" "Ben is right"
did ada 23:28 decide "$back" because "reads come back first, and each site can be stopped"
did ada 23:28 act @ben "watch connections at every site while it rolls back" --due 15m
did ada 23:28 act @gus "tell the support teams what to say" --due 10m

told 23:29 "We are experiencing interruptions in multiple public GitHub services. We suspect the impact is due to a database infrastructure related change that we are working on rolling back."
exec=$(did cleo 23:30 update executive \
    "All of GitHub.com is down since 23:02 UTC. Cause known, roll-back is running." | update)
did cleo 23:30 update "$exec" submit
did ada 23:31 update "$exec" approve
did ada 23:31 update "$exec" publish --due 30m
did cleo 23:31 update "$exec" sent "the executives' bridge"

# --- 23:38. Traffic is back, and backlogs are worked off.

did ben 23:38 obs "the routing service sees healthy databases at all sites, traffic resumes" &
did hal 23:39 obs "first pull request merged" &
did kim 23:40 obs "reports stop coming in" --said-by @gus &
together
did ben 23:40 act A3 done "connections are where they were yesterday"
did kim 23:41 act A4 done --said-by @gus
did ada 23:42 decide "$back" worked "healthy databases at all sites since 23:38"
did ada 23:38 status mitigated "the change is reverted"

told 23:45 "The database infrastructure change is being rolled back. We are seeing improvements in service health and are monitoring for full recovery."
did ada 23:46 status monitoring "queues of Actions and Webhooks are working off their backlog"
told 23:50 "Pull Requests is experiencing degraded performance. We are continuing to investigate."

# --- Midnight. Ada has been up for twenty hours: she offers command to Dev, and keeps it until he
# takes it. Ada stays on as his deputy.

did ada 23:55 role ic @dev "stable since 23:38; backlogs left; customers next at 00:15"
did dev 23:57 role accept
did dev 23:57 role dep @ada

told 00:09 "Issues is experiencing degraded performance. We are continuing to investigate.
Packages is experiencing degraded performance. We are continuing to investigate.
Service health continues to improve, and we are working to stabilize all services. Some services may experience delays in updates and notifications as we work through a backlog of events.
Pages is experiencing degraded performance. We are continuing to investigate."
told 00:10 "Actions is experiencing degraded performance. We are continuing to investigate.
Webhooks is experiencing degraded performance. We are continuing to investigate.
Codespaces is experiencing degraded performance. We are continuing to investigate."
told 00:11 "Git Operations is experiencing degraded performance. We are continuing to investigate."
told 00:12 "Copilot is experiencing degraded performance. We are continuing to investigate."

# --- 00:18. One after the other is back. Actions was called too early, and is taken back.

told 00:18 "Issues is operating normally."
early=$(did hal 00:19 obs "the queue of Actions is empty" | entry)
told 00:19 "Pull Requests is operating normally.
Actions is operating normally."
did hal 00:19 strike "$early" "that was one shard of twelve"
told 00:19 "Actions is experiencing degraded performance. We are continuing to investigate.
Webhooks is operating normally."
told 00:20 "Codespaces, Packages and Pages are operating normally."
told 00:21 "Copilot is operating normally."
backlog=$(did ben 00:22 obs "queue of Actions down to 2.000 jobs" | entry)
did ben 00:22 amend "$backlog" "queue of Actions down to 200 jobs"
told 00:25 "Git Operations is operating normally."
told 00:26 "We have fully rolled-back the changes to database infrastructure and mitigated the impact. All services are now fully operational."

# --- 00:30. Resolved, with the account that GitHub gave.

did dev 00:30 status resolved
told 00:30 - <<'LAST'
On August 14, 2024 between 23:02 UTC and 23:38 UTC, all GitHub services on GitHub.com were inaccessible for all users. This was due to a configuration change that impacted traffic routing within our database infrastructure, resulting in critical services unexpectedly losing database connectivity. There was no data loss or corruption during this incident. At 22:59 UTC an erroneous configuration change rolled out to all GitHub.com databases that impacted the ability of the database to respond to health check pings from the routing service. As a result, the routing service could not detect healthy databases to route application traffic to. This led to widespread impact on GitHub.com starting at 23:02 UTC. We mitigated the incident by reverting the change and confirming restored connectivity to our databases. At 23:38 UTC, traffic resumed and all services recovered to full health. Out of an abundance of caution, we continued to monitor before resolving the incident at 00:30 UTC on August 15th, 2024. To prevent recurrence we are implementing additional guardrails in our database change management process. We are also prioritizing several repair items such as faster rollback functionality and more resilience to dependency failures. Given the severity of this incident, follow-up items are the highest priority work for teams at this time.
LAST
warroom sev 2 "service is back; the debrief keeps its priority" --as dev
warroom status debriefing --as dev
warroom act @ben "guardrails in the change management of databases" --due 14d --as dev
warroom act @ben "make rolling back a configuration change faster" --due 14d --as dev
warroom act @hal "make services stand the loss of what they depend on" --due 30d --as dev
warroom act A2 done "rotated at 01:10" --said-by @fay --as kim
warroom status closed --as dev
