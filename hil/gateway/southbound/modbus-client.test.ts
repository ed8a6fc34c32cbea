import { libraryClient } from './library-client.ts';
import { modbusClientContract } from './modbus-client.contract.ts';
import { pduClient } from './pdu-client.ts';

modbusClientContract('the client over modbus-serial', libraryClient);
modbusClientContract('the client of our own', pduClient);
