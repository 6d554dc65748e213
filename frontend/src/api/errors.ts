/** The server answered with an error: `message` is its own sentence, fit to be shown. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string = 'error',
    readonly fields: Record<string, string[]> = {},
    /** Seconds after which the server asks to be tried again (a full queue), else null. */
    readonly retryAfter: number | null = null,
  ) {
    super(message)
    this.name = 'ApiError'
  }

  static async from(response: Response): Promise<ApiError> {
    const text = await response.text()
    return ApiError.fromText(text, response.status, response.headers.get('Retry-After'))
  }

  static fromText(text: string, status: number, retryAfter: string | null): ApiError {
    const seconds = retryAfter === null ? null : Number.parseFloat(retryAfter)
    try {
      const { error } = JSON.parse(text) as {
        error: { code: string; message: string; fields?: Record<string, string[]> }
      }
      return new ApiError(error.message, status, error.code, error.fields ?? {}, seconds)
    } catch {
      return new ApiError(`HTTP ${status}`, status, 'unreadable', {}, seconds)
    }
  }
}

/** No answer at all: the server is stopped or the network is gone. */
export class ServerGone extends Error {
  constructor() {
    super('no answer')
    this.name = 'ServerGone'
  }
}
