"""What the fixed words after a word mean: `1` after `/sev`, `impact` after `/info`.

Where a form has one such word its help has said it already, and it is not here.
"""

from collections.abc import Mapping

MEANT: Mapping[str, Mapping[str, str]] = {
    "sev": {
        "1": "Everyone is hurt, or the heart of it is down, or data is lost.",
        "2": "Many are hurt, or something they cannot do without is.",
        "3": "Some are hurt, or there is a way around it.",
        "4": "Few are hurt, and little; it can wait for the morning.",
        "5": "Nobody is hurt yet; it is watched.",
    },
    "info": {
        "impact": "How much it hurts: high, medium or low.",
        "urgency": "How soon it has to stop: high, medium or low.",
        "services": "What it hurts, with commas between.",
        "started": "When it began.",
        "identified": "When it was known what is wrong.",
        "mitigated": "When it stopped hurting.",
        "resolved": "When it was over, if that is dated wrongly.",
        "bridge": "Where people talk.",
    },
    "hyp": {
        "out": "It is ruled out.",
        "supported": "What is seen speaks for it.",
        "open": "It is open again.",
    },
    "decide": {
        "worked": "It did what it was for.",
        "failed": "It did not.",
        "reversed": "It is taken back.",
    },
    "role": {
        "decline": "You do not take what is offered to you.",
        "release": "You lay a role down.",
    },
    "update": {
        "internal": "Drafts for those who work here.",
        "executive": "Drafts for those who answer for it.",
        "customers": "Drafts for those who are hurt.",
    },
    "promote": {
        "decision": "Makes it a decision.",
        "hypothesis": "Makes it a hypothesis.",
        "fact": "Confirms it, so that comms can say it.",
    },
    "invite": {
        "responder": "Works in any room.",
        "observer": "Reads any room, and writes nothing.",
        "auditor": "Reads every room, restricted ones too, and writes nothing.",
        "guest": "Works in this room alone.",
    },
}
"""By word, and by what stands after it."""
