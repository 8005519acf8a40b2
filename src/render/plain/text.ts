import { isUtf8 } from "node:buffer";
import { AppError } from "../../core/app-error.ts";
import { maxFileBytes } from "../../core/documents/limits.ts";
import type { FileTree, SignalOption } from "../../ports/repository.ts";

/** A file of manifests as text. Throws `invalid` where it is too large or no UTF-8. */
export async function readText(tree: FileTree, path: string, options: SignalOption): Promise<string> {
	const bytes = await tree.read(path, { ...options, limit: maxFileBytes });
	if (!isUtf8(bytes)) {
		throw new AppError(`${path} is no UTF-8 text`, {
			code: "ManifestInvalid",
			kind: "invalid",
			place: { file: path },
			hint: "Save it as UTF-8, or move what is no manifest out of this path.",
		});
	}
	const text = bytes.toString("utf8");
	return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
