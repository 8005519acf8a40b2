import { connect } from "../connection/connect.ts";
import type { ServerOptions } from "../connection/find-server.ts";
import type { Io } from "../io.ts";
import { jsonText } from "../output.ts";
import { clean } from "../text/paint.ts";
import { shortKey } from "../text/words.ts";

/** Prints what the Objects of an Application print; with --follow until Ctrl-C. */
export async function logs(
	io: Io,
	name: string,
	object: string | undefined,
	options: ServerOptions & { readonly follow?: boolean; readonly tail: number; readonly output: "text" | "json" },
): Promise<void> {
	const { client } = await connect(io, options);
	const objects = (await client.all("listObjects", { params: { name } }, io)).filter((each) => each.logs);
	const key = object === undefined ? undefined : await keyOfPrinting(object);
	async function keyOfPrinting(wanted: string): Promise<string> {
		const fits = (each: { readonly key: string; readonly kind: string; readonly name: string }): boolean =>
			each.key === wanted || each.name === wanted || `${each.kind}/${each.name}` === wanted;
		return objects.find(fits)?.key ?? (await client.all("listChildren", { params: { name } }, io)).find(fits)?.key ?? wanted;
	}
	const query = { tail: options.tail, follow: options.follow === true, ...(key === undefined ? {} : { object: key }) };
	const several = key === undefined && objects.length > 1;
	for await (const line of client.logs({ params: { name }, query }, io)) {
		if (options.output === "json") io.out(`${jsonText(line)}\n`);
		else {
			const prefix = several ? io.paint.dim(`${shortKey(line.object, name)} | `) : "";
			// Only a terminal can be steered by what a process prints; a file gets it as it was.
			const text = io.width === undefined ? line.text : clean(line.text);
			io.out(`${prefix}${line.stream === "stderr" ? io.paint.yellow(text) : text}\n`);
		}
	}
}
