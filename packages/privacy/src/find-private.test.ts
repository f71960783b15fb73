import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findPrivate } from './find-private.js'

interface Case {
  id: string
  turns: { role: string; text: string }[]
  private: { turn: number; start: number; end: number; kind: string }[]
}

/** Written and labelled by somebody who had not seen the detectors. */
function readRound(name: string): Case[] {
  const text = readFileSync(new URL(`../fixtures/${name}.jsonl`, import.meta.url), 'utf8')
  return text.trim().split('\n').map((line) => JSON.parse(line) as Case)
}

const PART_OF_NUMBER = /[0-9０-９a-zA-Z@一二三四五六七八九零〇幺洞拐两]/u

/** Is every digit and letter of the private words masked? */
function isFound(example: Case, { turn, start, end }: Case['private'][number]): boolean {
  const found = findPrivate(example.turns).filter((span) => span.turn === turn)
  const { text } = example.turns[turn]
  return Array.from({ length: end - start }, (_, i) => start + i).every((at) => !PART_OF_NUMBER.test(text[at]) || found.some((span) => span.start <= at && at < span.end))
}

describe('findPrivate', () => {
  it.each(['round-1', 'round-2'])('finds at least 98 of 100 private words of %s and masks at most 2 of 100 innocent calls', (name) => {
    const cases = readRound(name)
    const spans = cases.flatMap((example) => example.private.map((span) => ({ example, span })))
    const innocent = cases.filter((example) => example.private.length === 0)
    expect(spans.length).toBeGreaterThan(90)
    expect(innocent.length).toBeGreaterThanOrEqual(80)
    expect(spans.filter(({ example, span }) => isFound(example, span)).length / spans.length).toBeGreaterThanOrEqual(0.98)
    expect(innocent.filter(({ turns }) => findPrivate(turns).length > 0).length / innocent.length).toBeLessThanOrEqual(0.02)
  })

  it.each([
    ['电话是13812345678', '13812345678', 'phone'],
    ['我号码幺三八 嗯 一二三四 啊 五六七八您记一下', '幺三八 嗯 一二三四 啊 五六七八', 'phone'],
    ['尾数是139三个八7654 2', '139三个八7654 2', 'phone'],
    ['座机０７５５－８８８８６６６６转分机302', '０７５５－８８８８６６６６转分机302', 'phone'],
    ['身份证110105194912310021', '110105194912310021', 'id_card'],
    ['310104198805121234', '310104198805121234', 'id_card'],
    ['身份证号是四二零一零六一九八八零五一二零零三', '四二零一零六一九八八零五一二零零三', 'id_card'],
    ['工单号110105194912310021', undefined, undefined],
    ['流水2024031244556677889', undefined, undefined],
    ['宽带账号是2024031244556677', undefined, undefined],
    ['身份证11010519491231002X', '11010519491231002X', 'id_card'],
    ['身份证一一零一零五一九四九一二三一零零二叉', '一一零一零五一九四九一二三一零零二叉', 'id_card'],
    ['卡号6222 0000 0000 0000 009', '6222 0000 0000 0000 009', 'bank_card'],
    ['尾号是6222 0000 0000 0000 009', undefined, undefined],
    ['车牌粤B·12345', '粤B·12345', 'plate'],
    ['邮箱 zhangsan 艾特 qq 点 com', 'zhangsan 艾特 qq 点 com', 'email'],
    ['车牌沪A1B2C3', '沪A1B2C3', 'plate'],
    ['zhang at qq dot com', 'zhang at qq dot com', 'email'],
    ['订单号13812345678', undefined, undefined],
    ['一共一百三十八块', undefined, undefined],
    ['拨打10086', undefined, undefined],
  ])('reads %s', (text, words, kind) => {
    const found = findPrivate([{ role: 'customer', text }])
    expect(found.map((span) => [text.slice(span.start, span.end), span.kind])).toEqual(words === undefined ? [] : [[words, kind]])
  })

  it('joins a number that is spread over turns, whatever the other side murmurs', () => {
    const turns = [{ role: 'customer', text: '我的是138' }, { role: 'agent', text: '嗯' }, { role: 'customer', text: '1234' }, { role: 'agent', text: '您说' }, { role: 'customer', text: '5678' }]
    expect(findPrivate(turns).map(({ turn }) => turn)).toEqual([0, 2, 4])
  })

  it('takes a row of digits for what it was asked to be, one misheard or lost, in one turn or several', () => {
    const asked = { role: 'agent', text: '那您身份证号报一下' }
    const say = (text: string): { role: string; text: string } => ({ role: 'customer', text })
    expect(findPrivate([asked, say('四二零一零六一九八八一五一二零零三六')])).toMatchObject([{ turn: 1, start: 0, end: 18, kind: 'id_card' }])
    expect(findPrivate([asked, say('420106'), { role: 'agent', text: '嗯' }, say('19881512'), say('003')]).map(({ turn }) => turn)).toEqual([1, 3, 4])
    expect(findPrivate([asked, say('我问的是订单号2024031244556677')])).toEqual([])
    expect(findPrivate([asked, { role: 'agent', text: '还是报一下工单号吧' }, say('2024031244556677')])).toEqual([])
  })

  it('looks only for the kinds that are asked for', () => {
    expect(findPrivate([{ role: 'customer', text: '13812345678' }], ['email'])).toEqual([])
  })
})
