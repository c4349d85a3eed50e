#!/usr/bin/env bash
# 20 September 2024: a queued pull request destroys the route tables of the Cloud Platform of the
# Ministry of Justice (England and Wales), and 19 minutes later it is over.
#
# What happened, and when, is from sources/moj-2024-09-20.md. That report names nobody and quotes
# nobody: the people here are invented, and so is what they say to each other. Its times are
# British Summer Time; the log takes UTC, which is an hour less.
#
# Needs `warroom` on the PATH and a hub without rooms (WARROOM_DATA says where its data is).
set -euo pipefail

# did WHO HH:MM WORD ...: what someone did at that minute, UTC.
did() { warroom "${@:3}" --as "$1" --at "2024-09-20T${2}Z"; }

# together: wait for all who act at once; if one of them fails, so does the story.
together() { local job; for job in $(jobs -p); do wait "$job"; done; }

# The number of the entry, the action or the update that a command made, from what it printed.
entry() { grep -om1 '#[0-9]*'; }
action() { grep -om1 '\bA[0-9]*\b'; }

# --- 10:24, the alarm. Mo is on call and opens the room; Jaz and Tess come as they wake up.

WARROOM_INCIDENT=$(warroom declare "Live cluster services cannot be resolved" \
    --severity 2 --service "Cloud Platform" --bridge "#cloud-platform-incident" \
    --at 2024-09-20T10:30Z --as mo)
export WARROOM_INCIDENT

did mo 10:30 role ic
did mo 10:24 obs "Pingdom: high priority alarm, live cluster services are down"

# Jaz reaches for command too. The room says who has it, and nothing is written.
! did jaz 10:30 role ic || exit 1

did tess 10:30 here @raj @lin @omar voice
did mo 10:31 role tl @jaz
did mo 10:31 role cl @tess

# --- 10:26, teams report in #ask, all at once. Three of them only talk: Tess writes for them.

did tess 10:26 obs "our service cannot be reached from outside" --said-by @raj &
did tess 10:26 obs "names of our service do not resolve" --said-by @lin &
did jaz 10:26 obs "our frontend times out, pods are healthy" --said-by @omar &
did wes 10:26 obs "seven teams in #ask say that their services are unavailable" &
together

did mo 10:31 sev 1 "all services on the live cluster are affected"

# --- What is it? Two suspicions, one ruled out within the minute.

did jaz 10:31 hyp "cluster DNS is broken"
did wes 10:31 hyp "a pipeline run changed the VPC: infrastructure-vpc-live-1 was unpaused at 10:21"
did jaz 10:31 hyp H1 out "names resolve inside the cluster; nothing gets out of it"

# Jaz pastes what the pipeline printed, with a key in it. (It is the example key of AWS's manual.)
pasted=$(did jaz 10:22 obs - <<'LOG' | entry
aws_route_table_association.eks_private[0]: Destroying...
aws_route_table_association.eks_private[1]: Destroying...
aws_route_table_association.eks_private[0]: Destruction complete after 0s
aws_route_table_association.eks_private[1]: Destruction complete after 0s
env: AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
LOG
)
did jaz 10:31 hyp H2 supported "a queued PR ran when the pipeline was unpaused, and destroyed them"
did wes 10:31 redact "$pasted" "an access key stands in it"
! did wes 10:31 redact "$pasted" approve || exit 1  # it takes another person
did tess 10:31 redact "$pasted" approve
did jaz 10:22 obs - <<'LOG'
what the pipeline printed, without the key:
aws_route_table_association.eks_private[0]: Destroying...
aws_route_table_association.eks_private[1]: Destroying...
aws_route_table_association.eks_private[0]: Destruction complete after 0s
aws_route_table_association.eks_private[1]: Destruction complete after 0s
LOG

did mo 10:31 status identified "EKS subnets have no route table associations"
warroom title "EKS subnet route table associations destroyed" --as mo
warroom info started 2024-09-20T10:22Z impact high urgency high --as tess

# --- Mend it: revert the PR through the pipeline, or apply by hand?

did wes 10:31 propose "revert the PR and let the pipeline apply it" --risk medium --due 60s
did jaz 10:31 object D1 "the pipeline takes ten minutes, and other PRs are queued behind it"
did mo 10:31 withdraw D1 "too slow"
did mo 10:32 decide "run terraform apply by hand to rebuild the associations" \
    "because: it is the fastest way; verify: Pingdom green;" \
    "rollback: none needed, it only adds what is missing;" \
    "options: terraform apply by hand | revert the PR through the pipeline" --risk low

apply=$(did mo 10:32 act @jaz "terraform apply in infrastructure-vpc-live-1" --due 10m | action)
pause=$(did mo 10:32 act @wes "pause the infrastructure pipelines again" --due 3s | action)
did jaz 10:32 act "$apply" start

# Tess drafts while Jaz applies. Mo sends the draft back once; Tess alone cannot let it out.
did tess 10:32 update customers "Cloud Platform services are down. We are mending the routing."
did tess 10:32 update U1 submit
did mo 10:32 update U1 return "say since when"
did tess 10:32 update U1 revise \
    "Since 11:22 Cloud Platform services cannot be reached. We know why and are mending it."
did tess 10:32 update U1 submit
! did tess 10:32 update U1 approve || exit 1
did mo 10:32 update U1 approve
did tess 10:32 update U1 publish --due 20m
did tess 10:32 update U1 sent "#cloud-platform-update"

did jaz 10:33 act "$apply" done "associations rebuilt"
did tess 10:33 obs "we are back" --said-by @raj &
did tess 10:33 obs "ours too" --said-by @lin &
together
green=$(did wes 10:33 obs "Pingdom is green again since 11:33" | entry)
did wes 10:33 amend "$green" "Pingdom is green again since 11:33 BST, 10:33 UTC"
did mo 10:33 status mitigated "service availability is restored"
did mo 10:33 decide D2 worked "all associations are there, Pingdom is green"

did tess 10:33 update customers "Cloud Platform services are available again. We keep watching."
did tess 10:33 update U2 submit
did mo 10:33 update U2 approve
did tess 10:33 update U2 publish --due 30m
did tess 10:33 update U2 sent "#cloud-platform-update"

# Wes was to pause the pipelines, and forgot. The hub says so when it is due.
until warroom tail | grep -q "$pause .*overdue"; do sleep 0.2; done
did wes 10:36 act "$pause" done "all infrastructure pipelines are paused"

# --- 10:40. Mo has to go; Jaz takes command when she is ready, and says that it is over.

did mo 10:38 role ic @jaz "restored since 10:33, only the all-clear is missing"
did jaz 10:38 role accept
did jaz 10:40 status resolved
did jaz 10:40 update customers "The incident is resolved. Services were down from 11:22 to 11:33."
did jaz 10:40 update U3 submit
! did jaz 10:40 update U3 approve || exit 1  # her own words: Wes, as her deputy, approves them
did jaz 10:40 role deputy @wes
did wes 10:40 update U3 approve
did jaz 10:40 update U3 publish
did jaz 10:40 update U3 sent "#cloud-platform-update"

# --- The debrief, with the review actions of the report.

warroom status debriefing --as jaz
warroom act @mo "review how pipelines are paused and resumed, and that all know what it means" \
    --due 14d --as jaz
warroom act @jaz "investigate suspending queued PRs while Terraform state is changed by hand" \
    --due 14d --as jaz
warroom act @wes "investigate isolating the plan and apply tasks of the infrastructure pipelines" \
    --due 14d --as jaz
warroom status closed --as jaz
