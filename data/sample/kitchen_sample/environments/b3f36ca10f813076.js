/** sfc32's author discards the first outputs while the counter mixes in; 12 is his figure. */
var WARM_UP_DRAWS = 12;
function splitmix32(seed) {
	let z = seed + 2654435769 >>> 0;
	z = Math.imul(z ^ z >>> 16, 569420461);
	z = Math.imul(z ^ z >>> 15, 1935289751);
	return (z ^ z >>> 15) >>> 0;
}
/** Writes a fresh stream for `seed` into `state` and returns it. */
function seedRandom(state, seed) {
	let word = seed >>> 0;
	for (let i = 0; i < 3; i++) {
		word = splitmix32(word + i);
		state[i] = word;
	}
	state[3] = 1;
	for (let i = 0; i < WARM_UP_DRAWS; i++) nextUint32(state);
	return state;
}
/** Advances `state` and returns an integer in [0, 2³²). */
function nextUint32(state) {
	const a = state[0];
	const b = state[1];
	const c = state[2];
	const counter = state[3];
	const result = a + b + counter >>> 0;
	state[3] = counter + 1 >>> 0;
	state[0] = (b ^ b >>> 9) >>> 0;
	state[1] = c + (c << 3) >>> 0;
	state[2] = (c << 21 | c >>> 11) + result >>> 0;
	return result;
}
/** Advances `state` and returns a number in [0, 1) with 32 random bits. */
function nextFloat(state) {
	return nextUint32(state) / 4294967296;
}
/** Advances `state` and returns an integer in [0, bound); `bound` from 1 to 2³². */
function nextInt(state, bound) {
	return Math.floor(nextFloat(state) * bound);
}
/** Names the environment's types once, so that `reset` and `step` are checked against each other. */
function defineEnvironment(environment) {
	return environment;
}
var discrete = (n) => ({
	kind: "discrete",
	n
});
new Uint32Array((/* @__PURE__ */ new Float32Array(1)).buffer);
/** Twelve hours at 20 frames per second: beyond any study, and still an exact small integer. */
var MAX_STEPS_RANGE = {
	low: 1,
	high: 864e3
};
function shown(value) {
	return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}
/** Faults of the value as a whole: not an object, or keys that nobody reads. */
function checkKeys(config, keys) {
	if (typeof config !== "object" || config === null || Array.isArray(config)) return [`Expected the configuration to be an object, got ${shown(config)}`];
	return Object.keys(config).filter((key) => !keys.includes(key)).map((key) => `Expected only the keys ${keys.join(", ")}, got \`${key}\``);
}
/** Faults of `config[key]`, which may be absent. */
function checkInteger(config, key, range) {
	const value = Object(config)[key];
	const { low, high } = range;
	if (value === void 0) return [];
	if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return [];
	return [`Expected \`${key}\` to be an integer from ${low} to ${high}, got ${shown(value)}`];
}
/** Faults of `config[key]`, which must be one of `choices`. */
function checkChoice(config, key, choices) {
	const value = Object(config)[key];
	if (typeof value === "string" && choices.includes(value)) return [];
	return [`Expected \`${key}\` to be one of ${choices.join(", ")}, got ${shown(value)}`];
}
/** Okabe and Ito's blue and vermilion: told apart by every common form of colour vision. */
var PLAYER_COLORS = ["#0072b2", "#d55e00"];
var INK = "#263238";
var PAPER = "#ffffff";
function playerColor(playerIndex) {
	return PLAYER_COLORS[playerIndex === 0 ? 0 : 1];
}
function rect(x, y, width, height, style) {
	return {
		kind: "rect",
		x,
		y,
		width,
		height,
		...style
	};
}
function circle(x, y, radius, style) {
	return {
		kind: "circle",
		x,
		y,
		radius,
		...style
	};
}
function line(points, style) {
	return {
		kind: "line",
		points,
		...style
	};
}
function polygon(points, style) {
	return {
		kind: "polygon",
		points,
		...style
	};
}
/** An open arc from twelve o'clock, clockwise; `fraction` 1 is the full circle. */
function clockArc(x, y, radius, fraction, style) {
	const startAngle = -Math.PI / 2;
	return {
		kind: "arc",
		x,
		y,
		radius,
		startAngle,
		endAngle: startAngle + 2 * Math.PI * fraction,
		...style
	};
}
/** A label whose letters are centred on `y`. */
function label(x, y, text, style) {
	return {
		kind: "text",
		x,
		y,
		text,
		...style
	};
}
/** A filled capsule with a centred word in it. */
function pill(x, y, text, fill) {
	const width = 14 + text.length * 8;
	return [rect(x - width / 2, y - 9, width, 18, {
		fill,
		stroke: PAPER,
		strokeWidth: 2,
		cornerRadius: 9
	}), label(x, y, text, {
		sizeUnits: 12,
		fill: PAPER,
		align: "center",
		bold: true
	})];
}
/** Whole seconds as `m:ss`. */
function clockText(seconds) {
	const rest = seconds % 60;
	return `${Math.floor(seconds / 60)}:${rest < 10 ? "0" : ""}${rest}`;
}
var LEGEND = {
	".": "floor",
	"1": "floor",
	"2": "floor",
	"#": "counter",
	O: "onions",
	D: "dishes",
	P: "pot",
	S: "window"
};
/** `.` floor, `#` counter, `O` onions, `D` dishes, `P` pot, `S` serving window, `1` `2` starts. */
var MAPS = {
	cramped_room: [
		"##P###",
		"O....O",
		"#1..2#",
		"#D##S#"
	],
	asymmetric_advantages: [
		"###S#O###",
		"O...#...S",
		"#.1.P.2.#",
		"#...P...#",
		"##D###D##"
	],
	coordination_ring: [
		"##P#P##",
		"#.....#",
		"D.###.S",
		"#1...2#",
		"##O#O##"
	],
	forced_coordination: [
		"####P##",
		"O..#..P",
		"#1.#.2#",
		"D..#..#",
		"#####S#"
	]
};
var LAYOUT_NAMES = Object.keys(MAPS);
/**
* Reads a text map.
* @throws Error when a chef could leave the map, or a tile that a soup needs is missing.
*/
function parseLayout(rows) {
	const height = rows.length;
	const width = rows[0]?.length ?? 0;
	if (rows.some((row) => row.length !== width)) throw new Error("Rows differ in length.");
	const cells = rows.join("");
	const tiles = Array.from(cells, (cell, index) => {
		const tile = LEGEND[cell];
		if (tile === void 0) throw new Error(`Unknown tile "${cell}".`);
		const x = index % width;
		const y = (index - x) / width;
		if ((x === 0 || y === 0 || x === width - 1 || y === height - 1) && tile === "floor") throw new Error(`The floor at ${x},${y} has no wall.`);
		return tile;
	});
	for (const cell of [
		"O",
		"D",
		"P",
		"S",
		"1",
		"2"
	]) if (!cells.includes(cell)) throw new Error(`The map has no "${cell}".`);
	const pots = tiles.flatMap((tile, index) => tile === "pot" ? [index] : []);
	return {
		width,
		height,
		tiles,
		starts: [cells.indexOf("1"), cells.indexOf("2")],
		pots
	};
}
/** Every layout, parsed when the module loads so that a faulty map stops the program there. */
var LAYOUTS = {
	cramped_room: parseLayout(MAPS.cramped_room),
	asymmetric_advantages: parseLayout(MAPS.asymmetric_advantages),
	coordination_ring: parseLayout(MAPS.coordination_ring),
	forced_coordination: parseLayout(MAPS.forced_coordination)
};
/** 6 s at 20 frames per second: time to fetch a dish, not time to get bored. */
var COOK_FRAMES = 120;
/** Tickets shown ahead; three fit above the kitchen. */
var ORDERS_SHOWN = 3;
/** Tables are numbered 1 to 9 so that a ticket needs one digit. */
var TABLES = 9;
/** Horizontal and vertical step of each action. */
var STEP_X = [
	0,
	0,
	0,
	-1,
	1,
	0
];
var STEP_Y = [
	0,
	-1,
	1,
	0,
	0,
	0
];
var DIRECTION_NAMES = [
	"none",
	"up",
	"down",
	"left",
	"right"
];
var DOWN = 2;
function chefAt(layout, tileIndex) {
	const x = tileIndex % layout.width;
	const y = (tileIndex - x) / layout.width;
	return {
		x,
		y,
		fromX: x,
		fromY: y,
		facing: DOWN,
		held: null,
		cooldown: 0,
		queuedMove: 0,
		previousAction: 0
	};
}
/** Adds the ticket of a random table that is not already waiting. */
function addOrder(state) {
	let table = 1 + nextInt(state.random, TABLES);
	while (state.orders.includes(table)) table = 1 + table % TABLES;
	state.orders.push(table);
}
/** The seed decides who starts where and which tables order. */
function createKitchen(seed, config) {
	const layout = LAYOUTS[config.layout];
	const random = seedRandom([
		0,
		0,
		0,
		0
	], seed);
	const isSwapped = nextInt(random, 2) === 1;
	const [first, second] = layout.starts;
	const state = {
		layout: config.layout,
		maxSteps: config.maxSteps ?? 900,
		cookFrames: config.cookFrames ?? COOK_FRAMES,
		frame: 0,
		score: 0,
		delivered: [0, 0],
		chefs: [chefAt(layout, isSwapped ? second : first), chefAt(layout, isSwapped ? first : second)],
		pots: layout.pots.map(() => ({
			onions: 0,
			cookedFrames: 0
		})),
		counters: layout.tiles.map(() => null),
		orders: [],
		cheer: {
			framesLeft: 0,
			player: 0,
			x: 0,
			y: 0
		},
		random
	};
	while (state.orders.length < ORDERS_SHOWN) addOrder(state);
	return state;
}
function facedTile(layout, chef) {
	const x = chef.x + STEP_X[chef.facing];
	return (chef.y + STEP_Y[chef.facing]) * layout.width + x;
}
function isSoupDone(state, pot) {
	return pot.onions === 3 && pot.cookedFrames >= state.cookFrames;
}
function framesLeft(state) {
	return Math.max(0, state.maxSteps - state.frame);
}
function observeChef(chef) {
	return {
		position: [chef.x, chef.y],
		facing: DIRECTION_NAMES[chef.facing],
		held: chef.held
	};
}
/** Both players see the whole kitchen; only who is "own" and who is "partner" differs. */
function observeKitchen(state, playerIndex) {
	const layout = LAYOUTS[state.layout];
	const position = (tileIndex) => {
		const x = tileIndex % layout.width;
		return [x, (tileIndex - x) / layout.width];
	};
	const [own, partner] = playerIndex === 0 ? state.chefs : [state.chefs[1], state.chefs[0]];
	return {
		layout: state.layout,
		own: observeChef(own),
		partner: observeChef(partner),
		pots: state.pots.map((pot, i) => ({
			position: position(layout.pots[i]),
			onions: pot.onions,
			cookedFrames: pot.cookedFrames,
			isDone: isSoupDone(state, pot)
		})),
		counters: state.counters.flatMap((item, i) => item === null ? [] : [{
			position: position(i),
			item
		}]),
		orders: [...state.orders],
		score: state.score,
		framesLeft: framesLeft(state)
	};
}
var FLOOR = ["#efe7d8", "#e6dcc9"];
var WOOD_TOP = "#c99f6d";
var WOOD_LIGHT = "#d6b083";
var WOOD_FRONT = "#94683f";
var ONION = "#a4558f";
var ONION_DARK = "#743865";
var LEAF = "#5f9b4c";
var STEEL = "#59666f";
var STEEL_DARK = "#333d44";
var BROTH = "#8fb6c4";
var SOUP = "#e8b33a";
var SOUP_DARK = "#b07d12";
var PLATE_RIM = "#8d9aa3";
var WINDOW = "#2f8f7f";
var WINDOW_DARK = "#1f6a5e";
var SKIN = "#f3cfa8";
var DONE = "#2e9e4f";
/** Height of the front face that a counter shows above the floor, in tiles. */
var FRONT_HEIGHT = .2;
function onion(x, y, r) {
	return [
		line([
			x,
			y - r * .8,
			x - r * .35,
			y - r * 1.5
		], {
			stroke: LEAF,
			strokeWidth: r * .32
		}),
		line([
			x,
			y - r * .8,
			x + r * .35,
			y - r * 1.5
		], {
			stroke: LEAF,
			strokeWidth: r * .32
		}),
		circle(x, y, r, {
			fill: ONION,
			stroke: ONION_DARK,
			strokeWidth: r * .18
		}),
		circle(x - r * .3, y - r * .25, r * .28, {
			fill: PAPER,
			alpha: .55
		})
	];
}
function plate(x, y, r) {
	return [circle(x, y, r, {
		fill: PAPER,
		stroke: PLATE_RIM,
		strokeWidth: r * .14
	}), circle(x, y, r * .58, { fill: "#e9eef1" })];
}
function soup(x, y, r) {
	return [
		circle(x, y, r, {
			fill: PAPER,
			stroke: PLATE_RIM,
			strokeWidth: r * .14
		}),
		circle(x, y, r * .72, {
			fill: SOUP,
			stroke: SOUP_DARK,
			strokeWidth: r * .12
		}),
		circle(x - r * .22, y - r * .15, r * .16, { fill: ONION }),
		circle(x + r * .26, y + r * .14, r * .13, { fill: ONION }),
		circle(x + r * .08, y - r * .34, r * .1, { fill: LEAF })
	];
}
/** Anything a chef can carry, about `2r` across. */
function itemSprite(item, x, y, r) {
	if (item === "onion") return onion(x, y + r * .2, r * .8);
	return item === "dish" ? plate(x, y, r) : soup(x, y, r);
}
function counterTop(x, y, s, hasFront) {
	const left = x - s / 2;
	const top = y - s / 2;
	const front = hasFront ? s * FRONT_HEIGHT : 0;
	const shapes = [rect(left, top, s, s, { fill: WOOD_TOP }), rect(left + 2, top + 2, s - 4, s - front - 4, {
		fill: WOOD_LIGHT,
		cornerRadius: s * .07
	})];
	if (hasFront) shapes.push(rect(left, top + s - front, s, front, { fill: WOOD_FRONT }));
	return shapes;
}
function onionCrate(x, y, s) {
	const r = s * .13;
	return [
		rect(x - s * .34, y - s * .33, s * .68, s * .6, {
			fill: "#7d5632",
			stroke: "#553818",
			strokeWidth: 2,
			cornerRadius: s * .06
		}),
		...onion(x - s * .16, y - s * .08, r),
		...onion(x + s * .16, y - s * .08, r),
		...onion(x, y + s * .09, r)
	];
}
function plateStack(x, y, s) {
	return [
		.1,
		.04,
		-.02,
		-.08
	].flatMap((dy) => plate(x, y + dy * s, s * .27));
}
/** Upper half of the unit circle in eighths, x and y alternating. */
var DOME = [
	-1,
	0,
	-.92,
	-.38,
	-.71,
	-.71,
	-.38,
	-.92,
	0,
	-1,
	.38,
	-.92,
	.71,
	-.71,
	.92,
	-.38,
	1,
	0
];
function servingWindow(x, y, s) {
	const r = s * .21;
	const base = y + s * .08;
	const dome = DOME.map((unit, i) => (i % 2 === 0 ? x : base) + unit * r);
	return [
		rect(x - s * .42, y - s * .4, s * .84, s * .66, {
			fill: WINDOW,
			stroke: WINDOW_DARK,
			strokeWidth: 3,
			cornerRadius: s * .08
		}),
		circle(x, base - r - s * .03, s * .045, {
			fill: SOUP,
			stroke: SOUP_DARK,
			strokeWidth: 2
		}),
		polygon(dome, {
			fill: SOUP,
			stroke: SOUP_DARK,
			strokeWidth: 2
		}),
		rect(x - s * .29, base, s * .58, s * .07, {
			fill: PAPER,
			cornerRadius: s * .03
		})
	];
}
function stove(x, y, s) {
	return [rect(x - s * .44, y - s * .44, s * .88, s * .8, {
		fill: STEEL,
		stroke: STEEL_DARK,
		strokeWidth: 2,
		cornerRadius: s * .1
	})];
}
/** What never changes about a tile. */
function tileSprite(tile, x, y, s, look) {
	if (tile === "floor") return [rect(x - s / 2, y - s / 2, s, s, { fill: look.isOdd ? FLOOR[1] : FLOOR[0] })];
	const shapes = counterTop(x, y, s, look.hasFront);
	if (tile === "onions") shapes.push(...onionCrate(x, y, s));
	if (tile === "dishes") shapes.push(...plateStack(x, y, s));
	if (tile === "window") shapes.push(...servingWindow(x, y, s));
	if (tile === "pot") shapes.push(...stove(x, y, s));
	return shapes;
}
/** A pot as it is now; `progress` runs from 0 to 1 once it holds the onions it wants. */
function potSprite(x, y, s, pot) {
	const cy = y - s * .06;
	const isDone = pot.progress >= 1;
	const isFull = pot.onions === pot.wanted;
	const surface = pot.onions === 0 ? STEEL_DARK : isFull ? SOUP : BROTH;
	const shapes = [
		rect(x - s * .41, cy - s * .05, s * .82, s * .1, {
			fill: STEEL_DARK,
			cornerRadius: 3
		}),
		circle(x, cy, s * .31, {
			fill: "#a9b4bb",
			stroke: STEEL_DARK,
			strokeWidth: 3
		}),
		circle(x, cy, s * .24, { fill: surface })
	];
	if (!isFull) {
		const spots = [
			-.1,
			.1,
			0
		];
		for (let i = 0; i < pot.onions; i++) shapes.push(...onion(x + spots[i] * s, cy + (i === 2 ? .12 : -.02) * s, s * .08));
		for (let i = 0; i < pot.wanted; i++) {
			const fill = i < pot.onions ? SOUP : STEEL_DARK;
			const pipX = x + (i - (pot.wanted - 1) / 2) * s * .17;
			shapes.push(circle(pipX, y + s * .29, s * .055, {
				fill,
				stroke: PAPER,
				strokeWidth: 1.5
			}));
		}
		return shapes;
	}
	const ring = { strokeWidth: s * .085 };
	shapes.push(circle(x, cy, s * .34, {
		stroke: STEEL_DARK,
		...ring
	}));
	if (!isDone) {
		shapes.push(clockArc(x, cy, s * .34, pot.progress, {
			stroke: PAPER,
			...ring
		}));
		return shapes;
	}
	const tick = [
		x - s * .1,
		cy,
		x - s * .03,
		cy + s * .08,
		x + s * .12,
		cy - s * .09
	];
	shapes.push(circle(x, cy, s * .34, {
		stroke: DONE,
		...ring
	}), circle(x, cy, s * .19, {
		fill: DONE,
		stroke: PAPER,
		strokeWidth: 2
	}), line(tick, {
		stroke: PAPER,
		strokeWidth: s * .06
	}));
	return shapes;
}
function hat(x, y, s) {
	const style = {
		fill: PAPER,
		stroke: INK,
		strokeWidth: 2
	};
	return [
		circle(x - s * .11, y - s * .06, s * .1, style),
		circle(x + s * .11, y - s * .06, s * .1, style),
		circle(x, y - s * .1, s * .12, style),
		rect(x - s * .15, y - s * .06, s * .3, s * .11, {
			...style,
			cornerRadius: 3
		}),
		rect(x - s * .12, y - s * .11, s * .24, s * .09, { fill: PAPER })
	];
}
function head(pose, s) {
	const { x, y, facingX, facingY } = pose;
	const headY = y - s * .1;
	const shapes = [circle(x, headY, s * .21, {
		fill: SKIN,
		stroke: INK,
		strokeWidth: 2
	})];
	if (facingY >= 0) for (const side of [-1, 1]) {
		const eyeX = x + facingX * s * .1 + side * s * .065;
		shapes.push(circle(eyeX, headY + s * .02, s * .028, { fill: INK }));
	}
	return [...shapes, ...hat(x, headY - s * .15, s)];
}
/** Before the body, or beside it when the chef looks away and would hide it. */
function carried(pose, s) {
	if (pose.held === null) return [];
	const isAway = pose.facingY < 0;
	const x = pose.x + (isAway ? .3 : pose.facingX * .32) * s;
	const y = pose.y + (isAway ? 0 : .14 + pose.facingY * .16) * s;
	return itemSprite(pose.held, x, y, s * .19);
}
/** One chef, with a ring and a name when it is the player's own. */
function chefSprite(pose, s) {
	const { x, y, facingX, facingY, color } = pose;
	const shapes = [circle(x, y + s * .16, s * .35, {
		fill: INK,
		alpha: .18
	})];
	if (pose.isMine) shapes.push(circle(x, y + s * .1, s * .43, {
		stroke: PAPER,
		strokeWidth: 6
	}), circle(x, y + s * .1, s * .43, {
		stroke: color,
		strokeWidth: 3
	}));
	shapes.push(circle(x, y + s * .13, s * .29, {
		fill: color,
		stroke: INK,
		strokeWidth: 2
	}), ...head(pose, s));
	for (const side of [-1, 1]) {
		const handX = x + facingX * s * .26 + (facingX === 0 ? side * s * .22 : 0);
		const handY = y + s * .17 + (facingX === 0 ? facingY * s * .08 : side * s * .1);
		shapes.push(circle(handX, handY, s * .075, {
			fill: SKIN,
			stroke: INK,
			strokeWidth: 2
		}));
	}
	shapes.push(...carried(pose, s));
	const tipX = x + facingX * s * .52;
	const tipY = y + s * .1 + facingY * s * .52;
	if (pose.isMine) {
		const wide = s * .09;
		shapes.push(polygon([
			tipX,
			tipY,
			tipX - facingX * wide - facingY * wide,
			tipY - facingY * wide + facingX * wide,
			tipX - facingX * wide + facingY * wide,
			tipY - facingY * wide - facingX * wide
		], {
			fill: color,
			stroke: PAPER,
			strokeWidth: 1.5
		}));
	}
	return shapes;
}
/** The word over a player's own chef; drawn last so that nothing hides it. */
function ownLabel(pose, s) {
	return pose.isMine ? pill(pose.x, pose.y - s * .56, "YOU", pose.color) : [];
}
var TOP_BAR = 62;
var BOTTOM_BAR = 46;
/** Tiles grow to fill the room, but not past the size at which the sprites still look crisp. */
var TILE_MAX = 84;
var BACKGROUND = "#dcd2bf";
var BAR = "#2b3a42";
var BAR_TEXT_SOFT = "#b9c6cd";
var BAR_LINE = "#455964";
/** Below 10 s the clock changes colour; enough for one last delivery. */
var HURRY_SECONDS = 10;
var HURRY = "#ffb35c";
function buildRoom(layout) {
	const space = 348;
	const side = Math.floor(Math.min(TILE_MAX, space / layout.height, 672 / layout.width));
	const left = Math.floor((720 - side * layout.width) / 2);
	const top = Math.floor(74 + (space - side * layout.height) / 2);
	const backdrop = [rect(left - 5, top - 5, side * layout.width + 10, side * layout.height + 10, {
		fill: "#7a5735",
		cornerRadius: 8
	})];
	layout.tiles.forEach((tile, i) => {
		const column = i % layout.width;
		const row = (i - column) / layout.width;
		const below = layout.tiles[i + layout.width];
		const look = {
			isOdd: (column + row) % 2 === 1,
			hasFront: below === void 0 || below === "floor"
		};
		const x = left + (column + .5) * side;
		const y = top + (row + .5) * side;
		backdrop.push(...tileSprite(tile, x, y, side, look));
	});
	return {
		layout,
		left,
		top,
		side,
		backdrop
	};
}
var ROOMS = {
	cramped_room: buildRoom(LAYOUTS.cramped_room),
	asymmetric_advantages: buildRoom(LAYOUTS.asymmetric_advantages),
	coordination_ring: buildRoom(LAYOUTS.coordination_ring),
	forced_coordination: buildRoom(LAYOUTS.forced_coordination)
};
function poseOf(room, chef, playerIndex, isMine) {
	const rest = Math.max(0, chef.cooldown - 1) / 4;
	return {
		x: room.left + (chef.x + (chef.fromX - chef.x) * rest + .5) * room.side,
		y: room.top + (chef.y + (chef.fromY - chef.y) * rest + .5) * room.side,
		facingX: STEP_X[chef.facing],
		facingY: STEP_Y[chef.facing],
		held: chef.held,
		color: playerColor(playerIndex),
		isMine
	};
}
/** What Space would do now, in the player's words; empty when it would do nothing. */
function hint(state, layout, chef) {
	const tileIndex = facedTile(layout, chef);
	const pot = state.pots[layout.pots.indexOf(tileIndex)];
	const lying = state.counters[tileIndex] ?? null;
	switch (layout.tiles[tileIndex]) {
		case "onions": return chef.held === null ? "take an onion" : "";
		case "dishes": return chef.held === null ? "take a dish" : "";
		case "window": return chef.held === "soup" ? "serve the soup" : "";
		case "pot":
			if (pot === void 0) return "";
			if (chef.held === "onion" && pot.onions < 3) return "put the onion in the pot";
			return chef.held === "dish" && isSoupDone(state, pot) ? "fill the dish with soup" : "";
		case "counter":
			if (chef.held === null) return lying === null ? "" : `pick up the ${lying}`;
			return lying === null ? `put down the ${chef.held}` : "";
		default: return "";
	}
}
function orderTickets(state) {
	return state.orders.flatMap((table, i) => {
		const x = 232 + i * 90;
		return [
			rect(x, 10, 80, 42, {
				fill: PAPER,
				cornerRadius: 6,
				alpha: i === 0 ? 1 : .62
			}),
			...itemSprite("soup", x + 20, 31, 13),
			label(x + 40, 22, "TABLE", {
				sizeUnits: 10,
				fill: INK
			}),
			label(x + 40, 38, String(table), {
				sizeUnits: 18,
				fill: INK,
				bold: true
			})
		];
	});
}
function topBar(state) {
	const left = framesLeft(state);
	const seconds = Math.ceil(left / 20);
	const clockColor = seconds <= HURRY_SECONDS ? HURRY : PAPER;
	const small = {
		sizeUnits: 12,
		fill: BAR_TEXT_SOFT
	};
	const share = left / state.maxSteps;
	return [
		rect(0, 0, 720, TOP_BAR, { fill: BAR }),
		label(24, 17, "SCORE", small),
		label(24, 41, String(state.score), {
			sizeUnits: 28,
			fill: PAPER,
			bold: true
		}),
		label(110, 17, "SOUPS", small),
		label(110, 41, String((state.delivered[0] ?? 0) + (state.delivered[1] ?? 0)), {
			sizeUnits: 28,
			fill: PAPER,
			bold: true
		}),
		...orderTickets(state),
		label(696, 17, "TIME LEFT", {
			...small,
			align: "right"
		}),
		label(696, 37, clockText(seconds), {
			sizeUnits: 24,
			fill: clockColor,
			align: "right",
			bold: true
		}),
		rect(576, 52, 120, 4, {
			fill: BAR_LINE,
			cornerRadius: 2
		}),
		rect(576, 52, 120 * share, 4, {
			fill: clockColor,
			cornerRadius: 2
		})
	];
}
function handPanel(chef, name, color, x) {
	const y = 480 - BOTTOM_BAR / 2;
	const shapes = [
		rect(x, 441, 158, 32, {
			fill: BAR_LINE,
			cornerRadius: 16
		}),
		circle(x + 17, y, 9, {
			fill: color,
			stroke: PAPER,
			strokeWidth: 2
		}),
		label(x + 34, y, name, {
			sizeUnits: 13,
			fill: PAPER,
			bold: true
		})
	];
	if (chef.held === null) shapes.push(label(x + 146, y, "empty", {
		sizeUnits: 13,
		fill: BAR_TEXT_SOFT,
		align: "right"
	}));
	else shapes.push(...itemSprite(chef.held, x + 134, y, 12));
	return shapes;
}
function bottomBar(state, layout, playerIndex) {
	const partnerIndex = 1 - playerIndex;
	const own = state.chefs[playerIndex];
	const partner = state.chefs[partnerIndex];
	const y = 480 - BOTTOM_BAR / 2;
	const deed = hint(state, layout, own);
	const shapes = [
		rect(0, 434, 720, BOTTOM_BAR, { fill: BAR }),
		...handPanel(own, "YOU", playerColor(playerIndex), 16),
		...handPanel(partner, "PARTNER", playerColor(partnerIndex), 546)
	];
	if (deed !== "") shapes.push(rect(192, 445, 60, 24, {
		fill: PAPER,
		cornerRadius: 5
	}), label(222, y, "SPACE", {
		sizeUnits: 12,
		fill: INK,
		align: "center",
		bold: true
	}), label(262, y, deed, {
		sizeUnits: 15,
		fill: PAPER
	}));
	return shapes;
}
function cheer(state, room) {
	const { framesLeft: rest, player } = state.cheer;
	if (rest === 0) return [];
	const age = 1 - rest / 24;
	const x = room.left + (state.cheer.x + .5) * room.side;
	const y = room.top + (state.cheer.y + .5) * room.side;
	return [circle(x, y, room.side * (.45 + .35 * age), {
		stroke: playerColor(player),
		strokeWidth: 5,
		alpha: 1 - age
	}), ...pill(x, y - room.side * (.1 + .3 * age), "+20", "#2e7d46")];
}
/** The picture for one player; the room is drawn the same for both. */
function drawKitchen(state, playerIndex) {
	const room = ROOMS[state.layout];
	const { layout, left, top, side } = room;
	const shapes = [...topBar(state), ...room.backdrop];
	state.counters.forEach((item, i) => {
		if (item === null) return;
		const column = i % layout.width;
		const row = (i - column) / layout.width;
		const x = left + (column + .5) * side;
		shapes.push(...itemSprite(item, x, top + (row + .42) * side, side * .24));
	});
	state.pots.forEach((pot, i) => {
		const tileIndex = layout.pots[i];
		const column = tileIndex % layout.width;
		const row = (tileIndex - column) / layout.width;
		shapes.push(...potSprite(left + (column + .5) * side, top + (row + .5) * side, side, {
			onions: pot.onions,
			wanted: 3,
			progress: pot.cookedFrames / state.cookFrames
		}));
	});
	const poses = state.chefs.map((chef, i) => poseOf(room, chef, i, i === playerIndex));
	const byDepth = [...poses].sort((a, b) => a.y - b.y);
	for (const pose of byDepth) shapes.push(...chefSprite(pose, side));
	for (const pose of poses) shapes.push(...ownLabel(pose, side));
	shapes.push(...cheer(state, room), ...bottomBar(state, layout, playerIndex));
	return {
		background: BACKGROUND,
		shapes
	};
}
/** Points for one soup, to both players: the usual figure of Overcooked studies. */
var SOUP_REWARD = 20;
function noEvents() {
	return {
		onionsTaken: 0,
		onionsPotted: 0,
		dishesTaken: 0,
		soupsTaken: 0,
		soupsDelivered: 0,
		itemsPutDown: 0,
		itemsPickedUp: 0,
		movesBlocked: 0
	};
}
var rewards = [0, 0];
var events = [noEvents(), noEvents()];
var result = {
	rewards,
	terminateds: [false, false],
	truncateds: [false, false],
	infos: events
};
function clearResult() {
	rewards[0] = 0;
	rewards[1] = 0;
	for (const event of events) {
		event.onionsTaken = 0;
		event.onionsPotted = 0;
		event.dishesTaken = 0;
		event.soupsTaken = 0;
		event.soupsDelivered = 0;
		event.itemsPutDown = 0;
		event.itemsPickedUp = 0;
		event.movesBlocked = 0;
	}
}
function tileTowards(layout, chef, direction) {
	const x = chef.x + STEP_X[direction];
	return (chef.y + STEP_Y[direction]) * layout.width + x;
}
/**
* Turns the chef and returns the direction it now tries to walk, or 0.
* Turning to something solid never waits; a step pressed during the cooldown is kept for its end,
* so that a quick tap is not lost.
*/
function chooseMove(layout, chef, action) {
	const isDirection = action >= 1 && action <= 4;
	if (isDirection && layout.tiles[tileTowards(layout, chef, action)] !== "floor") {
		chef.facing = action;
		chef.queuedMove = 0;
		return 0;
	}
	if (chef.cooldown > 0) {
		if (isDirection && action !== chef.previousAction) chef.queuedMove = action;
		return 0;
	}
	const move = isDirection ? action : chef.queuedMove;
	chef.queuedMove = 0;
	if (move === 0) return 0;
	chef.facing = move;
	return layout.tiles[tileTowards(layout, chef, move)] === "floor" ? move : 0;
}
function walk(chef, move) {
	if (move === 0) return;
	chef.fromX = chef.x;
	chef.fromY = chef.y;
	chef.x += STEP_X[move];
	chef.y += STEP_Y[move];
	chef.cooldown = 4;
}
/** Moves both chefs by one symmetric rule: a tile wanted twice goes to nobody, nor do two swap. */
function moveChefs(layout, chefs, first, second) {
	const [a, b] = chefs;
	let moveA = chooseMove(layout, a, first);
	let moveB = chooseMove(layout, b, second);
	const targetA = tileTowards(layout, a, moveA);
	const targetB = tileTowards(layout, b, moveB);
	const isClash = targetA === targetB;
	const isSwap = targetA === b.y * layout.width + b.x && targetB === a.y * layout.width + a.x;
	if (isClash || isSwap) {
		if (moveA !== 0) events[0].movesBlocked = 1;
		if (moveB !== 0) events[1].movesBlocked = 1;
		moveA = 0;
		moveB = 0;
	}
	walk(a, moveA);
	walk(b, moveB);
}
function deliver(state, player) {
	const chef = state.chefs[player];
	chef.held = null;
	state.score += SOUP_REWARD;
	state.delivered[player] = state.delivered[player] + 1;
	rewards[0] += SOUP_REWARD;
	rewards[1] += SOUP_REWARD;
	state.orders.shift();
	addOrder(state);
	state.cheer.framesLeft = 24;
	state.cheer.player = player;
	state.cheer.x = chef.x + STEP_X[chef.facing];
	state.cheer.y = chef.y + STEP_Y[chef.facing];
	events[player].soupsDelivered = 1;
}
function usePot(state, chef, event, potIndex) {
	const pot = state.pots[potIndex];
	if (pot === void 0) return;
	if (chef.held === "onion" && pot.onions < 3) {
		chef.held = null;
		pot.onions += 1;
		event.onionsPotted = 1;
	} else if (chef.held === "dish" && isSoupDone(state, pot)) {
		chef.held = "soup";
		pot.onions = 0;
		pot.cookedFrames = 0;
		event.soupsTaken = 1;
	}
}
function useCounter(state, chef, event, tileIndex) {
	const item = state.counters[tileIndex] ?? null;
	if (chef.held !== null && item === null) {
		state.counters[tileIndex] = chef.held;
		chef.held = null;
		event.itemsPutDown = 1;
	} else if (chef.held === null && item !== null) {
		chef.held = item;
		state.counters[tileIndex] = null;
		event.itemsPickedUp = 1;
	}
}
function interact(layout, state, player) {
	const chef = state.chefs[player];
	const event = events[player];
	const tileIndex = facedTile(layout, chef);
	switch (layout.tiles[tileIndex]) {
		case "onions":
			if (chef.held !== null) return;
			chef.held = "onion";
			event.onionsTaken = 1;
			return;
		case "dishes":
			if (chef.held !== null) return;
			chef.held = "dish";
			event.dishesTaken = 1;
			return;
		case "pot":
			usePot(state, chef, event, layout.pots.indexOf(tileIndex));
			return;
		case "window":
			if (chef.held === "soup") deliver(state, player);
			return;
		case "counter": useCounter(state, chef, event, tileIndex);
	}
}
/** Advances the kitchen by one frame; the result object is the same one each time. */
function stepKitchen(state, actions) {
	const layout = LAYOUTS[state.layout];
	const [a, b] = state.chefs;
	const actionA = actions[0];
	const actionB = actions[1];
	clearResult();
	if (a.cooldown > 0) a.cooldown -= 1;
	if (b.cooldown > 0) b.cooldown -= 1;
	if (state.cheer.framesLeft > 0) state.cheer.framesLeft -= 1;
	moveChefs(layout, state.chefs, actionA, actionB);
	const pressesA = actionA === 5 && a.previousAction !== 5;
	const pressesB = actionB === 5 && b.previousAction !== 5;
	const isSecondFirst = state.frame % 2 === 1;
	if (pressesB && isSecondFirst) interact(layout, state, 1);
	if (pressesA) interact(layout, state, 0);
	if (pressesB && !isSecondFirst) interact(layout, state, 1);
	for (const pot of state.pots) if (pot.onions === 3 && pot.cookedFrames < state.cookFrames) pot.cookedFrames += 1;
	a.previousAction = actionA;
	b.previousAction = actionB;
	state.frame += 1;
	return result;
}
/** Two cooks share a kitchen: three onions make a soup, a soup on a dish served scores for both. */
/** One minute at 20 frames per second: a soup that takes longer would outlast an episode. */
var COOK_FRAMES_RANGE = {
	low: 1,
	high: 1200
};
var environment = defineEnvironment({
	id: "cramped-room",
	agentIds: ["chef_0", "chef_1"],
	actionSpaces: [discrete(6), discrete(6)],
	neutralActions: [0, 0],
	fps: 20,
	maxSteps: 900,
	keyBindings: {
		ArrowUp: 1,
		ArrowDown: 2,
		ArrowLeft: 3,
		ArrowRight: 4,
		KeyW: 1,
		KeyS: 2,
		KeyA: 3,
		KeyD: 4,
		Space: 5
	},
	keyHelp: [{
		keys: "Arrow keys or W A S D",
		does: "Walk and turn"
	}, {
		keys: "Space",
		does: "Take, put down, cook or serve what you face"
	}],
	width: 720,
	height: 480,
	checkConfig(config) {
		return [
			...checkKeys(config, [
				"layout",
				"maxSteps",
				"cookFrames"
			]),
			...checkChoice(config, "layout", LAYOUT_NAMES),
			...checkInteger(config, "maxSteps", MAX_STEPS_RANGE),
			...checkInteger(config, "cookFrames", COOK_FRAMES_RANGE)
		];
	},
	reset: createKitchen,
	step: stepKitchen,
	observe: observeKitchen,
	draw: drawKitchen
});
export { environment };
