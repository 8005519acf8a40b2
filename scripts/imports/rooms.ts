/** What the files of one room may import, beside their own folder. */
interface Room {
	/** Folder that the rule is for; the longest that fits counts. `*` stands for one folder name. */
	readonly folder: string;
	/** Other folders or files of ours, relative to the checkout. */
	readonly ours: readonly string[];
	/** Whether modules of Node may be imported, or which. */
	readonly node: boolean | readonly string[];
	/** True where each folder beneath is a room of its own that may not look into its neighbours. */
	readonly apart?: boolean;
}

const contracts = ["src/core", "src/ports", "src/lib"];

/** The rooms of the design, and which doors stand between them. */
const rooms: readonly Room[] = [
	// A digest is a pure function, so core may make one.
	{ folder: "src/core", ours: [], node: ["crypto"] },
	{ folder: "src/lib", ours: ["src/core/app-error.ts"], node: true },
	{ folder: "src/ports", ours: ["src/core"], node: false },
	{ folder: "src/engine", ours: contracts, node: true },
	{ folder: "src/health", ours: contracts, node: true },
	{ folder: "src/drivers", ours: [...contracts, "src/health"], node: true, apart: true },
	{ folder: "src/repositories", ours: contracts, node: true, apart: true },
	{ folder: "src/forges", ours: contracts, node: true, apart: true },
	{ folder: "src/render", ours: contracts, node: true },
	{ folder: "src/runners", ours: contracts, node: true, apart: true },
	{ folder: "src/secrets", ours: contracts, node: true },
	{ folder: "src/notifiers", ours: contracts, node: true },
	{ folder: "src/store", ours: contracts, node: true },
	{ folder: "src/api", ours: [...contracts, "src/engine/operations.ts"], node: true },
	{ folder: "src/client", ours: [...contracts, "src/api"], node: true },
	{ folder: "src/example", ours: contracts, node: true },
	{
		folder: "src/cli",
		ours: [
			...contracts,
			"src/api",
			"src/client",
			"src/render",
			"src/example",
			"src/drivers/host/kinds.ts",
			"src/health",
			"src/engine/control-folder.ts",
			"src/engine/flow",
			"src/repositories/git/history-folder.ts",
			"src/server.ts",
		],
		node: true,
	},
	{ folder: "ui", ours: ["src/core", "src/api", "src/client"], node: false },
];

/** Node modules that only one place may import, and what to use elsewhere. */
const reserved: Readonly<Record<string, { readonly only: readonly string[]; readonly instead: string }>> = {
	child_process: { only: ["src/lib/exec", "src/**/*.test.ts", "test", "bench", "scripts"], instead: "start programs through src/lib/exec" },
};

export interface Import {
	/** Importing file, relative to the checkout. */
	readonly from: string;
	/** Imported file relative to the checkout, or the name of a package, or `node:…`. */
	readonly to: string;
}

/** Why an import is not allowed, or undefined where it is. Tests beside their source may also use what tests share. */
export function objection({ from, to }: Import): string | undefined {
	const isTest = /(?:\.test\.tsx?|[/.]fixture\.ts)$/u.test(from) || from.endsWith("/vite.config.ts");
	const builtin = to.startsWith("node:") ? to.slice(5) : undefined;
	if (builtin !== undefined) {
		const rule = reserved[builtin];
		if (rule !== undefined && !rule.only.some((place) => isWithin(from, place))) return rule.instead;
	}
	const room = roomOf(from);
	if (room === undefined || isTest) return undefined;
	if (builtin !== undefined && typeof room.node !== "boolean" && room.node.includes(builtin)) return undefined;
	if (builtin !== undefined) return room.node === true ? undefined : `${room.folder} is free of I/O: it imports nothing of Node`;
	if (!to.includes("/") || !isOurs(to)) return undefined;
	const own =
		room.apart === true
			? from
					.split("/")
					.slice(0, room.folder.split("/").length + 1)
					.join("/")
			: room.folder;
	if ([own, ...room.ours].some((place) => isWithin(to, place))) return undefined;
	return `${own} may import ${room.ours.length === 0 ? "nothing else of ours" : `only ${room.ours.join(", ")}`}`;
}

function roomOf(file: string): Room | undefined {
	return rooms.find((room) => isWithin(file, room.folder));
}

function isOurs(path: string): boolean {
	return /^(src|ui|test|bench|scripts|examples)\//u.test(path);
}

function isWithin(file: string, place: string): boolean {
	if (place.includes("**")) {
		const [start = "", end = ""] = place.split("**/*");
		return file.startsWith(start) && file.endsWith(end);
	}
	return file === place || file.startsWith(`${place}/`);
}
