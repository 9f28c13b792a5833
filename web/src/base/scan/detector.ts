/** What reads codes from pictures: the browser's BarcodeDetector, else ZXing compiled to WebAssembly, served by us. */
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

const FORMATS = ['qr_code', 'code_128'] as const

export interface Detector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>
}

interface Native {
  new (options: { formats: readonly string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

export async function detector(): Promise<Detector> {
  const native = (window as { BarcodeDetector?: Native }).BarcodeDetector
  const formats = (await native?.getSupportedFormats().catch(() => [])) ?? []
  if (native && FORMATS.every((format) => formats.includes(format))) return new native({ formats: FORMATS })
  const zxing = await import('barcode-detector/ponyfill')
  zxing.prepareZXingModule({ overrides: { locateFile: () => wasm } })
  return new zxing.BarcodeDetector({ formats: [...FORMATS] })
}
