// Asks the server, and tells apart no link, not signed in, a refusal, and a server that is busy.

/** Nothing came back, or only a busy server's word: it is tried again later. */
export class NoLink extends Error {}

export class NotSignedIn extends Error {}

/** The server will not take this however often it is sent. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
}

const ANSWER_WITHIN_MS = 30_000;

export async function getJson<T>(path: string): Promise<T> {
  return ask<T>(path, {});
}

/** Sends the very text, since the server answers the same bytes with the same receipt. */
export async function postJson<T>(path: string, body: string, csrfToken: string): Promise<T> {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrfToken };
  return ask<T>(path, { method: "POST", body, headers });
}

async function ask<T>(path: string, options: RequestInit): Promise<T> {
  const response = await reach(path, options);
  if (response.ok) return (await response.json()) as T;
  throw await refusalOf(response);
}

async function reach(path: string, options: RequestInit): Promise<Response> {
  const headers = { Accept: "application/json", ...options.headers };
  try {
    return await fetch(path, { ...options, headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch (error) {
    throw new NoLink(String(error));
  }
}

async function refusalOf(response: Response): Promise<Error> {
  if (response.status === 429 || response.status >= 500) return new NoLink(String(response.status));
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const code = problem.code ?? String(response.status);
  if (response.status === 401) return new NotSignedIn(code);
  // The session changed since its token was told: the next round asks for a new one.
  if (code === "page-out-of-date") return new NoLink(code);
  return new Refused(code, [problem.title, problem.detail].filter(Boolean).join(": "));
}
