/** Shown before the list of commands: what people come for, as commands that run. */
export const TASKS = `What do you want to do?
  see it work                       fieldproof run flagship
  cut an uplink for 30 seconds      fieldproof run offline/partition-30s
  the same faults again             fieldproof run offline/partition-30s --seed 4711
  all scenarios that ship           fieldproof run --list
  your own scenario                 fieldproof run ./my-scenario.yaml --var duration=2m
  run a stored run again            fieldproof replay reports/runs/<scenario>/<run>
  render or judge a stored run      fieldproof report reports/runs/<scenario>/<run> --judge
  a virtual PLC for your software   fieldproof sim plc --profile pump-station --port 5020
  one on a serial line              fieldproof sim plc --profile motor-drive --transport modbus-rtu --units 1,2,3
  a profile of a register map       fieldproof profile import map.csv --name boiler --address-base 4xxxx --out boiler.yaml
  is a profile sound?               fieldproof profile check boiler.yaml
  an emulated RS-485 line           fieldproof sim line --nodes 3 --baud 9600 --bit-error-rate 1e-4
  faults before a real device       fieldproof sim modbus-link --client pty --device serial:/dev/ttyUSB0 --fault crcError:probability=0.1
  a bad line in between             fieldproof sim link --listen 127.0.0.1:1884 --upstream 127.0.0.1:1883 --fault latency:ms=200ms
  what is on the bench              fieldproof rig scan --tcp 192.168.0.10:502 --out lab.yaml
  a recording of a real device      fieldproof rig record meter --for 30s
  a scenario with real devices      fieldproof run ./my-scenario.yaml --rig lab.yaml
  the gateway alone                 fieldproof gateway --config gateway.yaml
  how fast it is, beside its peers  fieldproof bench

Exit: 0 pass   1 fail   2 wrong usage or file   3 inconclusive or nothing observed   4 error of the testbed
      5 passed only on retry   130 interrupted
Text for people goes to stderr; --json puts the record on stdout.
`;
