"""What can be done with campaigns, one function per thing a person can do."""

from campaigns.commands.campaigns import (
    change_campaign,
    create_campaign,
    restore_campaign,
    transfer_campaign,
    trash_campaign,
)
from campaigns.commands.creatives import change_creative, create_creative, restore_creative, trash_creative
from campaigns.commands.dates import move_to_day
from campaigns.commands.duplicate import duplicate_campaign
from campaigns.commands.order import move_creative
from campaigns.commands.revisions import restore_revision
from campaigns.commands.status import schedule_campaign, set_status, unschedule_campaign
from campaigns.commands.views import change_view, delete_view, save_view

__all__ = [
    "change_campaign",
    "change_creative",
    "change_view",
    "create_campaign",
    "create_creative",
    "delete_view",
    "duplicate_campaign",
    "move_creative",
    "move_to_day",
    "restore_campaign",
    "restore_creative",
    "restore_revision",
    "save_view",
    "schedule_campaign",
    "set_status",
    "transfer_campaign",
    "trash_campaign",
    "trash_creative",
    "unschedule_campaign",
]
