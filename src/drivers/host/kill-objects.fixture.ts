import type { DesiredObject } from "../../core/object.ts";
import { object } from "./fixture.ts";

const server = `require("http").createServer((q, s) => s.end(process.env.ROUND)).listen(Number(process.env.PORT), "127.0.0.1")`;

export interface KillRound {
	readonly round: number;
	readonly mark: string;
	readonly port: number;
	readonly alternate: number;
}

/** What is desired in a round: some files that come, change and go, a plain process and one with two ports. */
export function killObjects({ round, mark, port, alternate }: KillRound): readonly DesiredObject[] {
	const text = (name: string) => object("File", name, { content: `${name} ${round}\n` });
	return [
		object("File", "always/here.txt", { content: `${round}\n`.repeat(1000) }),
		...[0, 1, 2, 3].filter((each) => (round + each) % 2 === 0).map((each) => text(`some/deep-${each}/file.txt`)),
		object("File", `moving-${round % 2}`, { path: `moved/to-${round % 5}.txt`, content: `${round}\n` }),
		object("Process", "plain", {
			command: [process.execPath, "-e", "setInterval(() => {}, 1000)"],
			env: { MARK: `${mark}-plain`, ROUND: String(Math.floor(round / 2)) },
		}),
		object("Process", "web", {
			command: [process.execPath, "-e", server],
			env: { MARK: `${mark}-web`, ROUND: String(Math.floor(round / 3)) },
			ports: [{ name: "http", port, alternate, file: "web.port" }],
			health: { http: {}, interval: "100ms" },
			stop: { timeout: "2s" },
		}),
	];
}
