import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Answers git's questions for a user and password, but only for the one origin that it was told (GIT_ASKPASS in gitcredentials(7)). */
const askpass = `#!/bin/sh
case "$1" in
"Username for '$GITWARD_ORIGIN': ") printf '%s\\n' "$GITWARD_USERNAME" ;;
"Password for '$GITWARD_ORIGIN': ") printf '%s\\n' "$GITWARD_PASSWORD" ;;
"Password for '$GITWARD_USER_ORIGIN': ") printf '%s\\n' "$GITWARD_PASSWORD" ;;
*) exit 1 ;;
esac
`;

/** Runs ssh with a configuration of our own where there is one, never asking a person and never trusting an unknown host. */
const ssh = `#!/bin/sh
if [ -n "$GITWARD_SSH_CONFIG" ]; then
	exec ssh -F "$GITWARD_SSH_CONFIG" "$@"
fi
exec ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=15 "$@"
`;

/** Paths of the two small programs that git calls. They hold no secret: that stands in the environment of the one git. */
export interface Programs {
	readonly askpass: string;
	readonly ssh: string;
}

/** Writes the programs into `folder`. */
export async function writePrograms(folder: string): Promise<Programs> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const programs = { askpass: join(folder, "askpass"), ssh: join(folder, "ssh") };
	await writeFile(programs.askpass, askpass, { mode: 0o700 });
	await writeFile(programs.ssh, ssh, { mode: 0o700 });
	return programs;
}
