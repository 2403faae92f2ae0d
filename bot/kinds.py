"""The names of a Telegram message's fields: content we may read one day, content we do not, and the rest.

A list only. A field that stands nowhere here is taken as content of a kind Telegram added later.
"""

from __future__ import annotations

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that Telegram is asked to bring."""

MEDIA = frozenset({"voice", "photo", "audio", "video_note", "video", "document"})
"""What the product may one day read: answered as media."""

CAPTIONED = MEDIA | {"animation", "live_photo", "paid_media"}
"""What words may stand beneath."""

CONTENT = (
    "animation",  # comes with a document beside it
    "live_photo",  # comes with a photo beside it
    "venue",  # comes with a location beside it
    "voice",
    "photo",
    "audio",
    "video_note",
    "video",
    "document",
    "sticker",
    "contact",
    "location",
    "poll",
    "dice",
    "game",
    "story",
    "checklist",
    "paid_media",
    "invoice",
    "gift",
    "unique_gift",
    "giveaway",
    "giveaway_winners",
    "rich_message",
)
"""What a person may send that is not a text, the telling name before the one it comes with."""

META = frozenset(
    {
        "message_id",
        "date",
        "chat",
        "from",
        "message_thread_id",
        "direct_messages_topic",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "guest_query_id",
        "business_connection_id",
        "forward_origin",
        "forward_date",
        "forward_from",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_sender_name",
        "forward_signature",
        "is_topic_message",
        "is_automatic_forward",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_to_story",
        "reply_to_checklist_task_id",
        "reply_to_poll_option_id",
        "via_bot",
        "guest_bot_caller_user",
        "guest_bot_caller_chat",
        "edit_date",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "author_signature",
        "paid_star_count",
        "text",
        "entities",
        "link_preview_options",
        "suggested_post_info",
        "effect_id",
        "caption",
        "caption_entities",
        "show_caption_above_media",
        "has_media_spoiler",
        "reply_markup",
        "receiver_user",
        "ephemeral_message_id",
    }
)
"""What stands around the content."""

CHATTER = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "chat_owner_left",
        "chat_owner_changed",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "successful_payment",
        "refunded_payment",
        "user_shared",
        "users_shared",
        "chat_shared",
        "gift_upgrade_sent",
        "connected_website",
        "write_access_allowed",
        "passport_data",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "checklist_tasks_added",
        "direct_message_price_changed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "managed_bot_created",
        "paid_message_price_changed",
        "poll_option_added",
        "poll_option_deleted",
        "suggested_post_approved",
        "suggested_post_approval_failed",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "web_app_data",
        "community_chat_added",
        "community_chat_removed",
        "community_chat_joined",
    }
)
"""What Telegram itself writes into a chat: nobody said it, so nothing is answered."""
