import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../core/documents/metadata.ts";

/** Adds the options by which a command finds its server. */
export function withServer(command: Command): Command {
	return command
		.option("--server <url>", "address of the server (GITWARD_SERVER; else the nearest .gitward/, else the last login)")
		.option("--token-file <file>", "file that holds the token (GITWARD_TOKEN, GITWARD_TOKEN_FILE)");
}

/** `--wait` and `--timeout`. */
export function withWait(command: Command): Command {
	return command
		.option("-w, --wait", "wait until it is as Git says and healthy; exit code 6 when it cannot get there")
		.addOption(new Option("--timeout <duration>", "how long --wait waits, such as 90s or 10m").argParser(duration).default(600_000, "10m"));
}

/** `--listen HOST:PORT`. */
export function listenOption(): Option {
	return new Option("--listen <host:port>", "where to listen; another host than loopback needs TLS")
		.argParser(hostPort)
		.default({ host: "127.0.0.1", port: 7474 }, "127.0.0.1:7474");
}

/** A whole number between bounds. */
export function numberBetween(min: number, max: number): (text: string) => number {
	return (text) => {
		const number = Number(text);
		if (/^[0-9]+$/u.test(text) && number >= min && number <= max) return number;
		throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
	};
}

function duration(text: string): number {
	const ms = parseDuration(text);
	if (ms > 0) return ms;
	throw new InvalidArgumentError("It must be a duration such as 90s, 10m or 2h.");
}

/** `HOST:PORT`, or a port alone. */
export function hostPort(text: string): { readonly host: string; readonly port: number } {
	const match = /^(?:(?<host>\[[0-9a-f:.]+\]|[^:]+):)?(?<port>[0-9]{1,5})$/iu.exec(text)?.groups;
	const port = Number(match?.["port"] ?? Number.NaN);
	if (!(port <= 65_535)) throw new InvalidArgumentError("It must be HOST:PORT, such as 127.0.0.1:7474.");
	return { host: (match?.["host"] ?? "127.0.0.1").replace(/^\[|\]$/gu, ""), port };
}

/** A name as Kubernetes has them for namespaces. */
export function label(text: string): string {
	if (text.length <= 53 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u.test(text)) return text;
	throw new InvalidArgumentError("It must be at most 53 lower-case letters, digits and dashes.");
}

/** Names with commas between. */
export function names(text: string): readonly string[] {
	return text
		.split(",")
		.map((name) => name.trim())
		.filter((name) => name !== "");
}

/** `name=folder`, several of them. */
export function namedFolder(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
	const equals = text.indexOf("=");
	if (equals > 0 && equals < text.length - 1) return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
	throw new InvalidArgumentError("It must be NAME=FOLDER.");
}
