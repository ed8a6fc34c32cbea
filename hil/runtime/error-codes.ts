/** One row of the table of error codes: what it means and what the reader should do next. */
export interface ErrorCodeEntry {
  readonly meaning: string;
  readonly nextStep: string;
}

/**
 * Every code a fieldproof error can carry. `scenarios/ERRORS.md` is made from this table (`npm run docs`), and a test
 * compares the two. A code is never renamed or reused.
 */
export const ERROR_CODES = {
  FP_USAGE: {
    meaning: 'The command line has an unknown command, a wrong option or a missing argument.',
    nextStep: 'Run the command with --help; the message names the word that was not understood.',
  },
  FP_FILE_UNREADABLE: {
    meaning: 'A file or folder named by the user cannot be read or written.',
    nextStep: 'Check the path and its permissions; the message holds the reason the system gave.',
  },
  FP_YAML_SYNTAX: {
    meaning: 'A file is not well-formed YAML.',
    nextStep: 'Look at the line and column in the message; indentation and unquoted colons are the usual causes.',
  },
  FP_SCHEMA: {
    meaning: 'A file is well-formed, but a key or a value is not what its schema allows.',
    nextStep: 'Go to the line named; the message says what was expected and, for a key, the nearest valid one.',
  },
  FP_CSV_SYNTAX: {
    meaning: 'A register map is not well-formed CSV.',
    nextStep: 'Look at the line in the message; a quote that is never closed, or stands inside a cell, is the usual cause.',
  },
  FP_SCENARIO_UNKNOWN: {
    meaning: 'No scenario of that name is in the catalogue and no such file exists.',
    nextStep: 'List the catalogue with `fieldproof run --list`, or give a path to a file.',
  },
  FP_SCENARIO_REFERENCE: {
    meaning: 'A scenario names a gateway, group, link, phase or profile that the file does not define.',
    nextStep: 'Use one of the names listed in the message, or add the missing one to the topology.',
  },
  FP_PROFILE_UNKNOWN: {
    meaning: 'No device profile or conformance profile of that name ships with fieldproof and no such file exists.',
    nextStep: 'Use one of the names listed in the message, or give a path to a YAML file.',
  },
  FP_PORT_IN_USE: {
    meaning: 'A listener could not be bound because another process holds the port.',
    nextStep: 'Stop that process, choose another port, or use port 0 and read the real one from the ready line.',
  },
  FP_BIND_FAILED: {
    meaning: 'A listener could not be bound for a reason other than a port in use.',
    nextStep: 'Check that the address belongs to this machine and that the user may bind it.',
  },
  FP_LINK_OPEN: {
    meaning: 'A TCP connection or serial port could not be opened.',
    nextStep: 'Check that the device is there and reachable; for a serial port, that no other program holds it.',
  },
  FP_LINK_CLOSED: {
    meaning: 'A byte link was used after it had been closed, or closed while an operation was under way.',
    nextStep: 'Look for the reason given in the message; for a serial port, an unplugged adapter.',
  },
  FP_SERIAL_UNSUPPORTED: {
    meaning: 'This machine cannot make a virtual serial line (pseudo-terminal).',
    nextStep: 'Run on Linux or macOS, or use modbus-tcp in place of modbus-rtu.',
  },
  FP_MODBUS_TIMEOUT: {
    meaning: 'A Modbus server sent no response within the time allowed.',
    nextStep: 'Check unit id, baud rate and parity; on a slow line, raise the timeout.',
  },
  FP_MODBUS_EXCEPTION: {
    meaning: 'A Modbus server answered a request with an exception.',
    nextStep: 'Compare address and count with the device profile; the exception code tells which was refused.',
  },
  FP_MODBUS_CORRUPT_FRAME: {
    meaning: 'A Modbus response did not decode: wrong check value, length, unit id or function code.',
    nextStep: 'Check wiring, termination and line settings; counts for each kind are in the metrics.',
  },
  FP_MODBUS_BAD_PDU: {
    meaning: 'A Modbus PDU to be encoded is outside the limits of the protocol.',
    nextStep: 'Keep quantities and addresses within the ranges stated in the message.',
  },
  FP_MQTT_BAD_PACKET: {
    meaning: 'An MQTT packet to be encoded breaks a rule of its version, or a value does not fit its field.',
    nextStep: 'Keep to what the message states; the statement of the standard is in it.',
  },
  FP_UPLINK_BACKLOG_FULL: {
    meaning: 'The store-and-forward queue of an uplink reached its bound; the oldest messages were dropped and counted.',
    nextStep: 'Raise uplink.storeAndForward.messagesMax, or look for the reason the uplink stays down.',
  },
  FP_BROKER_STORE: {
    meaning: "The folder in which the gateway's broker keeps sessions and messages is in use, or cannot be read or written.",
    nextStep: 'The message names the folder and the reason: stop the other process, give the folder space and permissions, or name another one under broker.store.path.',
  },
  FP_BROKER_REFUSED: {
    meaning: 'An MQTT broker refused a connection, a subscription or a message.',
    nextStep: 'Check credentials, client id and protocol version; the message holds the return code.',
  },
  FP_CHILD_START: {
    meaning: 'A process of the testbed did not become ready.',
    nextStep: 'Read its log, whose path and last lines are in the message.',
  },
  FP_CHILD_DIED: {
    meaning: 'A process of the testbed ended while the run still needed it.',
    nextStep: 'Read its log, whose path and last lines are in the message. The run proves nothing about the SUT.',
  },
  FP_CHILD_IDENTITY: {
    meaning: 'A process that answered is not the child that was started.',
    nextStep: 'Look for a leftover process on the same port; fieldproof never sends load to a stranger.',
  },
  FP_CONTROL: {
    meaning: 'A process of the testbed refused a control command or did not answer it in time.',
    nextStep: 'Read the log of that process; the message names the command.',
  },
  FP_FAULT_RESTORE: {
    meaning: 'A fault could not be undone, or the link did not carry bytes after it was.',
    nextStep: 'Do not trust later phases of this run; the message names the fault and the link.',
  },
  FP_CHECKER_FAILED: {
    meaning: 'A checker threw, so it says nothing about the SUT.',
    nextStep: 'This is a defect of fieldproof: report it with the run folder.',
  },
  FP_JOURNAL_CORRUPT: {
    meaning: 'A journal line does not parse or its hash does not continue the chain.',
    nextStep: 'The evidence was changed or cut after the run: run again; the message names the line.',
  },
  FP_RECORD_INVALID: {
    meaning: 'A run folder has no run.json, or one that the record schema refuses.',
    nextStep: 'Give the folder that a run printed as its last lines; old records need the version that wrote them.',
  },
  FP_LIMIT: {
    meaning: 'A documented bound was reached, and the rest was refused or dropped.',
    nextStep: 'The message names the bound; raise it where the configuration allows, or reduce the load.',
  },
  FP_RIG_UNKNOWN_DUT: {
    meaning: 'No DUT of that id is in the hardware map.',
    nextStep: 'List the map with `fieldproof rig list --map FILE`, or add the DUT to it.',
  },
  FP_RIG_MISSING: {
    meaning: 'Hardware that was asked for is not attached: no hardware map, a port that is not there, a host that refuses.',
    nextStep: 'Attach the device or mend its entry in the hardware map; `fieldproof rig scan` shows what is there.',
  },
  FP_RIG_SILENT: {
    meaning: 'A DUT could be reached but did not answer Modbus requests.',
    nextStep: 'Check its power, unit id, baud rate and parity; `fieldproof rig scan` tries the usual ones.',
  },
  FP_RIG_LEASED: {
    meaning: 'Another holder has leased the line of a DUT.',
    nextStep: 'Wait with --wait, or ask the holder named in the message; a lease that is not renewed ends by itself.',
  },
  FP_RIG_LEASE_LOST: {
    meaning: 'A lease ran out or was taken over, so its holder may not use the DUT any more.',
    nextStep: 'Acquire it again; what was measured after the loss is no evidence.',
  },
  FP_RIG_POWER: {
    meaning: 'The supply of a DUT could not be switched, or the DUT did not come back after a power cycle.',
    nextStep: 'Try the power hook of the hardware map by hand; the message holds what it answered.',
  },
  FP_RIG_READ_ONLY: {
    meaning: 'Something tried to send more than a read to a DUT that is only being looked at; nothing was sent.',
    nextStep: 'This is a defect of fieldproof: report it with the command that was typed.',
  },
  FP_RIG_RECORDING: {
    meaning: 'A device recording cannot be used: a line does not parse, or it holds no answer.',
    nextStep: 'Go to the line named, or record the device again with `fieldproof rig record`.',
  },
  FP_CATALOGUE_INVALID: {
    meaning: 'A catalogue of statements cannot be used, or a case names a statement that it does not hold.',
    nextStep: 'Go to the row named; the first line of the file names its columns.',
  },
  FP_SUITE_UNKNOWN: {
    meaning: 'No conformance suite has this name.',
    nextStep: 'List them with `fieldproof conformance list`.',
  },
  FP_CASE_UNKNOWN: {
    meaning: 'No conformance case has this name.',
    nextStep: 'List them with `fieldproof conformance list <suite>`.',
  },
  FP_PICS_INVALID: {
    meaning: 'A declaration of the vendor (PICS or PIXIT) names something that the suite does not know, or is no such file.',
    nextStep: 'Go to the key named; `fieldproof conformance pics <suite>` prints a form with every item.',
  },
  FP_EVIDENCE_MISMATCH: {
    meaning: 'Stored evidence is not that of the case, version, seed and declaration that it is judged with.',
    nextStep: 'Judge it with the fieldproof version and the declaration named in its record; otherwise the evidence was changed.',
  },
  FP_BENCH_PEER_MISSING: {
    meaning: 'A benchmark peer is not installed, so its column is empty.',
    nextStep: 'Install it with the command in the message and run the benchmark again.',
  },
  FP_INTERNAL: {
    meaning: 'Something happened that fieldproof believes cannot happen.',
    nextStep: 'This is a defect of fieldproof: report it with the message and the run folder.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** A code from the table of errors. */
export type ErrorCode = keyof typeof ERROR_CODES;
