/** `npm run try`: four pizzas, two customers with two addresses each, and an order that is opened, filled and placed. */
const { MENU = 'http://localhost:3000', CUSTOMERS = MENU, ORDERS = MENU } = process.env;

/** Carries out a command. Gives the URI of what it made. */
async function ask(url, body = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 202) throw new Error(`${url}: ${await response.text()}`);
  const uri = new URL(response.headers.get('location'), url).href;
  console.log(`${new URL(url).pathname} → ${uri}`);
  return uri;
}

const menu = [];
for (const [description, price] of [
  ['Pepperoni', '10.00'],
  ['Margherita', '8.00'],
  ['Four Cheese', '11.00'],
  ['Spinach & Feta', '9.00'],
])
  menu.push(await ask(`${MENU}/menu/items/commands/add-menu-item`, { description, price }));

const people = [];
for (const name of ['ann', 'bob']) {
  // A new one each time that this is run.
  const email = `${name}-${Date.now()}@example.org`;
  const customer = await ask(`${CUSTOMERS}/customers/commands/sign-up`, { email });
  const addresses = [];
  for (const [nickName, location] of [
    ['home', '1 Main Street'],
    ['work', '2 High Street'],
  ])
    addresses.push(await ask(`${customer}/addresses/commands/add`, { nickName, location }));
  people.push({ customer, addresses });
}

const [{ customer, addresses }] = people;
const order = await ask(`${ORDERS}/orders/commands/open`, { customer });
await ask(`${order}/orderItems/commands/add`, { menuItem: menu[0], quantity: 2 });
await ask(`${order}/orderItems/commands/add`, { menuItem: menu[1], quantity: 1 });
await ask(`${order}/commands/add-delivery-address`, { address: addresses[0] });
await ask(`${order}/commands/place`);
