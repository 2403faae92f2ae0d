// What the page knows: the citizens, the one whose phone is open, and that phone's chat.

export const world = {
  citizens: new Map(),
  last: new Map(), // citizen -> newest message
  unread: new Map(), // citizen -> count
  open: null, // id of the citizen whose phone is shown
  bot: {}, // the bot as that citizen sees it
  messages: [], // that chat, oldest first
  payload: "", // what a link wants /start to carry
  typing: 0, // until when the bot shows that it writes
  waiting: new Map(), // press -> the button that turns
};

export const me = () => world.citizens.get(world.open);
export const fullName = (citizen) => [citizen.first_name, citizen.last_name].filter(Boolean).join(" ");
