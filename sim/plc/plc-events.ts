import type { PointValue } from '../../hil/gateway/southbound/device-profile.ts';

/** What a virtual PLC observes. */
export interface PlcEvents {
  /**
   * One device exists. `points` states what is needed to judge its telemetry, without the profile file: every point that
   * can be read. A write-only point is nobody's telemetry.
   */
  'plc.device': { device: string; unit: number; profile: string; points: PlcPointFacts[] };
  /**
   * A read was answered with these values: what the gateway was really told, in engineering units, rounded to what the
   * registers hold. Only points that the request covered whole. A fault that alters values (stuckValue, drift) tells those
   * that really went out in an event of its own, right after; faults of the line are told by `modbus.hit`.
   */
  'plc.served': { device: string; unit: number; values: Record<string, PointValue> };
  /** A write was executed. */
  'plc.written': { device: string; unit: number; values: Record<string, PointValue> };
  /** A request was refused with an exception code. */
  'plc.exception': { device: string; unit: number; functionCode: number; exceptionCode: number };
  /** A read was left without an answer, because the recorded device had given none at that time. */
  'plc.silent': { device: string; unit: number; functionCode: number };
}

export interface PlcPointFacts {
  name: string;
  units: string;
  /** Smallest step the registers can show; two values closer than half of it are the same. 0 for booleans, strings. */
  resolution: number;
  deadband: number;
  /** 0 = no bound on silence. */
  maxSilenceMs: number;
}
