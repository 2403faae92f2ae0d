"""The Bot API's objects, as far as the simulator makes them, in our own words: fields, types and which must be there.

From the Bot API documentation (10.x). A field with `?` may be missing; `[X]` is a list of X; `A|B` is one of them;
`true` is a Boolean that is only ever true. `mismatches` is strict: an unknown field is a mismatch too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_FIELDS = {
    "Update": "update_id:int message?:Message edited_message?:Message callback_query?:CallbackQuery "
    "my_chat_member?:ChatMemberUpdated",
    "User": "id:int is_bot:bool first_name:str last_name?:str username?:str language_code?:str",
    "Me": "id:int is_bot:bool first_name:str username:str can_join_groups:bool supports_inline_queries:bool "
    "can_read_all_group_messages:bool can_connect_to_business:bool has_main_web_app:bool",
    "Chat": "id:int type:str title?:str username?:str first_name?:str last_name?:str",
    "ChatFullInfo": "id:int type:str title?:str username?:str first_name?:str last_name?:str "
    "accent_color_id:int max_reaction_count:int accepted_gift_types:AcceptedGiftTypes",
    "AcceptedGiftTypes": "unlimited_gifts:bool limited_gifts:bool unique_gifts:bool premium_subscription:bool "
    "gifts_from_channels:bool",
    "Message": "message_id:int from?:User date:int chat:Chat forward_origin?:MessageOrigin reply_to_message?:Message "
    "edit_date?:int has_protected_content?:true media_group_id?:str text?:str entities?:[MessageEntity] "
    "caption?:str caption_entities?:[MessageEntity] document?:Document photo?:[PhotoSize] sticker?:Sticker "
    "voice?:Voice contact?:Contact dice?:Dice poll?:Poll location?:Location new_chat_members?:[User] "
    "reply_markup?:InlineKeyboardMarkup",
    "InaccessibleMessage": "chat:Chat message_id:int date:zero",
    "MessageOrigin": "type:str date:int sender_user_name:str",
    "MessageEntity": "type:str offset:int length:int url?:str language?:str custom_emoji_id?:str user?:User",
    "PhotoSize": "file_id:str file_unique_id:str width:int height:int file_size?:int",
    "Document": "file_id:str file_unique_id:str file_name?:str mime_type?:str file_size?:int",
    "Voice": "file_id:str file_unique_id:str duration:int mime_type?:str file_size?:int",
    "Sticker": "file_id:str file_unique_id:str type:str width:int height:int is_animated:bool is_video:bool "
    "emoji?:str file_size?:int",
    "Contact": "phone_number:str first_name:str last_name?:str user_id?:int",
    "Dice": "emoji:str value:int",
    "Location": "latitude:float longitude:float",
    "PollOption": "persistent_id:str text:str voter_count:int",
    "Poll": "id:str question:str options:[PollOption] total_voter_count:int is_closed:bool is_anonymous:bool "
    "type:str allows_multiple_answers:bool allows_revoting:bool members_only:bool",
    "InlineKeyboardMarkup": "inline_keyboard:[[InlineKeyboardButton]]",
    "InlineKeyboardButton": "text:str callback_data?:str url?:str copy_text?:CopyTextButton",
    "CopyTextButton": "text:str",
    "CallbackQuery": "id:str from:User message?:Message|InaccessibleMessage chat_instance:str data?:str",
    "ChatMemberUpdated": "chat:Chat from:User date:int old_chat_member:ChatMember new_chat_member:ChatMember",
    "ChatMember": "status:str user:User until_date?:int",
    "WebhookInfo": "url:str has_custom_certificate:bool pending_update_count:int ip_address?:str "
    "last_error_date?:int last_error_message?:str max_connections?:int allowed_updates?:[str]",
    "File": "file_id:str file_unique_id:str file_size?:int file_path?:str",
    "BotCommand": "command:str description:str",
    "BotName": "name:str",
    "BotDescription": "description:str",
    "BotShortDescription": "short_description:str",
    "MenuButton": "type:str text?:str",
}

RESULTS = {
    "getme": "Me",
    "getupdates": "[Update]",
    "getwebhookinfo": "WebhookInfo",
    "sendmessage": "Message",
    "senddocument": "Message",
    "sendphoto": "Message",
    "sendvoice": "Message",
    "editmessagetext": "Message",
    "editmessagereplymarkup": "Message",
    "getfile": "File",
    "getchat": "ChatFullInfo",
    "getchatmember": "ChatMember",
    "getmycommands": "[BotCommand]",
    "getmyname": "BotName",
    "getmydescription": "BotDescription",
    "getmyshortdescription": "BotShortDescription",
    "getchatmenubutton": "MenuButton",
}
"""What a method returns; every other one returns True."""

_SIMPLE: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "true": lambda value: value is True,
    "zero": lambda value: value == 0 and not isinstance(value, bool),
    "float": lambda value: isinstance(value, float),
}


def mismatches(value: Any, kind: str, where: str = "") -> list[str]:
    """Return what does not fit: an empty list where a value is exactly what `kind` says."""
    where = where or kind
    if "|" in kind:
        every = [mismatches(value, one, where) for one in kind.split("|")]
        return min(every, key=len)
    if kind.startswith("["):
        return _list_mismatches(value, kind[1:-1], where)
    if kind in _SIMPLE:
        return [] if _SIMPLE[kind](value) else [f"{where}: {value!r} is no {kind}"]
    return _object_mismatches(value, kind, where)


def _list_mismatches(value: Any, kind: str, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {value!r} is no list"]
    return [found for place, one in enumerate(value) for found in mismatches(one, kind, f"{where}[{place}]")]


def _object_mismatches(value: Any, kind: str, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no {kind}"]
    fields = dict(field.split(":") for field in _FIELDS[kind].split())
    required = {name for name in fields if not name.endswith("?")}
    types = {name.rstrip("?"): one for name, one in fields.items()}
    found = [f"{where}.{name} is missing" for name in sorted(required - value.keys())]
    found += [f"{where}.{name} is unknown" for name in sorted(value.keys() - types.keys())]
    for name in value.keys() & types.keys():
        found += mismatches(value[name], types[name], f"{where}.{name}")
    return found + _entity_mismatches(value, where)


def _entity_mismatches(value: dict[str, Any], where: str) -> list[str]:
    """Entities must lie inside their text, counted in UTF-16 units, and hold something."""
    found = []
    for text, entities in (("text", "entities"), ("caption", "caption_entities")):
        length = len(str(value.get(text, "")).encode("utf-16-le")) // 2
        wrong = [
            one
            for one in value.get(entities, [])
            if not (one["offset"] >= 0 and 0 < one["length"] <= length - one["offset"])
        ]
        found += [f"{where}.{entities}: {one} does not fit a text of {length}" for one in wrong]
    return found
