// mssql over tedious, then three tools over it: knex, TypeORM, Sequelize.
const sql = require("mssql");
const { DataSource, EntitySchema } = require("typeorm");
const { Sequelize, DataTypes } = require("sequelize");

const [port, user, password, database] = ["PORT", "USER", "PASSWORD", "DATABASE"].map((part) => process.env[`SQL_${part}`]);
const server = { server: "127.0.0.1", port: Number(port), user, password, database, options: { trustServerCertificate: true } };
const found = {};

async function driver() {
  const pool = await sql.connect(server);
  const table = new sql.Table("Loaded");
  table.create = true;
  table.columns.add("Id", sql.Int, { nullable: false, primary: true });
  table.columns.add("T", sql.NVarChar(sql.MAX), { nullable: true });
  table.columns.add("At", sql.DateTime2(3), { nullable: true });
  table.columns.add("Raw", sql.VarBinary(sql.MAX), { nullable: true });
  table.columns.add("D", sql.Decimal(9, 2), { nullable: true });
  table.rows.add(1, "café", new Date(0), Buffer.from("ab"), 12.34);
  table.rows.add(2, null, null, null, null);
  found.bulk = (await pool.request().bulk(table)).rowsAffected;
  const [row] = (await pool.query("SELECT * FROM Loaded ORDER BY Id")).recordset;
  found.values = [row.T, row.At.toISOString(), row.Raw.toString(), row.D];
  const asked = pool.request().input("a", sql.Int, 1).output("o", sql.Int);
  found.output = (await asked.query("SET @o = @a + 1; SELECT T FROM Loaded WHERE Id = @a")).output.o;
  const change = new sql.Transaction(pool);
  await change.begin(sql.ISOLATION_LEVEL.SERIALIZABLE);
  await new sql.Request(change).query("DELETE Loaded");
  await change.rollback();
  found["rows after a rollback"] = (await pool.query("SELECT COUNT(*) AS n FROM Loaded")).recordset[0].n;
  const slow = pool.request();
  setTimeout(() => slow.cancel(), 300);
  found.cancelled = await slow.query("WAITFOR DELAY '00:01:00'").catch((error) => error.code);
  found["a key twice"] = await pool.query("INSERT Loaded (Id) VALUES (1)").catch((error) => error.number);
  found.keys = (await pool.request().input("table_name", "Loaded").execute("sp_pkeys")).recordset.length;
  await pool.close();
}

async function knexTool() {
  const knex = require("knex")({ client: "mssql", connection: server });
  await knex.schema.createTable("made", (t) => {
    t.increments();
    t.string("mail").unique();
    t.integer("gone").defaultTo(3);
  });
  await knex("made").insert([{ mail: "a" }, { mail: null }, { mail: null }]);
  await knex.schema.alterTable("made", (t) => t.dropColumn("gone"));
  found.knex = [Object.keys(await knex("made").columnInfo()), (await knex("made").select()).length];
  await knex.destroy();
}

async function typeorm() {
  const columns = {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, unique: true },
    price: { type: "decimal", precision: 9, scale: 2, default: 1 },
  };
  const Thing = new EntitySchema({ name: "Thing", tableName: "thing", columns });
  for (const name of ["first", "second"]) {
    const { server: host, user: username, ...rest } = server;
    const source = new DataSource({ type: "mssql", host, username, ...rest, synchronize: true, entities: [Thing] });
    await source.initialize();
    await source.getRepository("Thing").save({ name });
    found.typeorm = await source.getRepository("Thing").count();
    await source.destroy();
  }
}

async function sequelize() {
  const options = { host: "127.0.0.1", port, dialect: "mssql", logging: false, dialectOptions: { options: server.options } };
  const connection = new Sequelize(database, user, password, options);
  const Person = connection.define("person", { name: { type: DataTypes.STRING, unique: true }, share: DataTypes.FLOAT });
  await connection.sync({ force: true });
  await Person.create({ name: "x", share: 1.5 });
  const asked = connection.getQueryInterface();
  found.sequelize = [await Person.count(), Object.keys(await asked.describeTable("people")), (await asked.showIndex("people")).length];
  await connection.close();
}

(async () => {
  for (const part of [driver, knexTool, typeorm, sequelize]) await part();
  console.log(JSON.stringify(found));
})();
