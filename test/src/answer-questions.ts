import { openReader } from '@yuzhi/store'

/** A question of `docs/sql.md`: its heading, its SQL, and the answer as a Markdown table. */
export interface Question {
  title: string
  sql: string
  answer: string
}

const QUESTION = /^## (\d+\. .+)$([^]*?)^```sql\n([^]*?)^```\n\n?((?:^\|.*\n?)*)/gmu

export function readQuestions(markdown: string): Question[] {
  return [...markdown.matchAll(QUESTION)].map(([, title, , sql, answer]) => ({ title, sql: sql.trim(), answer: answer.trim() }))
}

/** The same document with the answers that the store gives now. */
export function withAnswers(markdown: string, answers: readonly string[]): string {
  let next = 0
  return markdown.replace(QUESTION, (_all, title: string, text: string, sql: string) => `## ${title}${text}\`\`\`sql\n${sql}\`\`\`\n\n${answers[next++]}\n`)
}

/** Answers as a person gets them: guarded, read-only. */
export async function answersOf(dir: string, statements: readonly string[]): Promise<string[]> {
  const reader = await openReader({ dir })
  try {
    const answers: string[] = []
    for (const sql of statements) answers.push((await reader.run(sql, 'Markdown')).trim())
    return answers
  } finally {
    await reader.close()
  }
}
