import java.math.BigDecimal;
import java.sql.*;
import java.util.*;

import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;

/** Microsoft's JDBC driver: types, generated keys, batches, transactions, time-outs, metadata, output values, bulk copy. */
public class Client {
    static final Map<String, String> found = new LinkedHashMap<>();

    static Connection connect(String encrypt) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlserver://127.0.0.1:" + System.getenv("SQL_PORT") + ";databaseName=" + System.getenv("SQL_DATABASE")
            + ";user=" + System.getenv("SQL_USER") + ";password={" + System.getenv("SQL_PASSWORD").replace("}", "}}")
            + "};trustServerCertificate=true;encrypt=" + encrypt);
    }

    static String rows(ResultSet set, String... names) throws SQLException {
        StringJoiner rows = new StringJoiner(" ");
        while (set.next()) {
            StringJoiner row = new StringJoiner("/");
            for (String name : names) row.add(set.getString(name));
            rows.add(row.toString());
        }
        return rows.toString();
    }

    interface Work {
        void run() throws SQLException;
    }

    /** The number of the error with which work is refused, and whether it says by whom. */
    static String refusal(Work work) {
        try {
            work.run();
        } catch (SQLException refused) {
            return refused.getErrorCode() + (refused.getMessage().contains("not supported by the stand-in") ? " by name" : " " + refused.getMessage());
        }
        return "none";
    }

    static String count(Connection connection, String table) throws SQLException {
        return rows(connection.createStatement().executeQuery("SELECT COUNT(*) AS n FROM " + table), "n");
    }

    public static void main(String[] arguments) throws Exception {
        try (Connection connection = connect("true"); Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE Kept (Id int IDENTITY PRIMARY KEY, T nvarchar(max), D decimal(18, 4), At datetime2, Raw varbinary(max), "
                + "U uniqueidentifier, O datetimeoffset, B bit)");
            statement.execute("CREATE TABLE Copied (Id int, T nvarchar(max))");
            PreparedStatement insert = connection.prepareStatement("INSERT Kept (T, D, At, Raw, U, O, B) VALUES (?, ?, ?, ?, ?, ?, ?)",
                Statement.RETURN_GENERATED_KEYS);
            insert.setString(1, "caf\u00e9 " + "y".repeat(20000));
            insert.setBigDecimal(2, new BigDecimal("12.3456"));
            insert.setTimestamp(3, Timestamp.valueOf("2026-01-02 03:04:05.1234567"));
            insert.setBytes(4, new byte[100000]);
            insert.setString(5, "00112233-4455-6677-8899-AABBCCDDEEFF");
            insert.setObject(6, java.time.OffsetDateTime.parse("2026-01-02T03:04:05+02:00"));
            insert.setBoolean(7, true);
            found.put("inserted", String.valueOf(insert.executeUpdate()));
            ResultSet key = insert.getGeneratedKeys();
            key.next();
            found.put("generated key", key.getString(1));
            found.put("values", rows(statement.executeQuery("SELECT LEN(T) AS L, D, At, DATALENGTH(Raw) AS R, U, O, B FROM Kept"),
                "L", "D", "At", "R", "U", "O", "B"));
            for (int number = 0; number < 50; number++) {
                insert.setString(1, "batch");
                insert.addBatch();
            }
            found.put("batch", String.valueOf(insert.executeBatch().length));

            connection.setAutoCommit(false);
            statement.executeUpdate("DELETE Kept");
            connection.rollback();
            Savepoint savepoint = connection.setSavepoint("here");
            statement.executeUpdate("DELETE Kept WHERE T = 'batch'");
            connection.rollback(savepoint);
            connection.commit();
            connection.setAutoCommit(true);
            found.put("rows after rollbacks", count(connection, "Kept"));

            Statement slow = connection.createStatement();
            slow.setQueryTimeout(1);
            try {
                slow.execute("WAITFOR DELAY '00:01:00'");
            } catch (SQLTimeoutException late) {
                found.put("too slow", "SQLTimeoutException");
            }
            try {
                statement.execute("SET IDENTITY_INSERT Kept ON; INSERT Kept (Id) VALUES (1)");
            } catch (SQLException refused) {
                found.put("a key twice", refused.getErrorCode() + " " + refused.getSQLState());
            }
            CallableStatement lock = connection.prepareCall("{? = call sp_getapplock(?, ?, ?)}");
            lock.registerOutParameter(1, Types.INTEGER);
            lock.setString(2, "mine");
            lock.setString(3, "Exclusive");
            lock.setString(4, "Session");
            lock.execute();
            found.put("return value", String.valueOf(lock.getInt(1)));

            DatabaseMetaData told = connection.getMetaData();
            found.put("tables", rows(told.getTables(null, "dbo", "%", new String[] {"TABLE"}), "TABLE_NAME"));
            found.put("primary key", rows(told.getPrimaryKeys(null, "dbo", "Kept"), "COLUMN_NAME"));
            found.put("indexes", rows(told.getIndexInfo(null, "dbo", "Kept", true, true), "TYPE", "COLUMN_NAME"));
            found.put("schema", connection.getSchema() + " " + connection.isValid(5));

            found.put("columns", refusal(() -> told.getColumns(null, "dbo", "Kept", "%")));
            found.put("imported keys", refusal(() -> told.getImportedKeys(null, "dbo", "Kept")));
            found.put("exported keys", refusal(() -> told.getExportedKeys(null, "dbo", "Kept")));
            Statement few = connection.createStatement();
            few.setMaxRows(1);
            found.put("few rows", refusal(() -> few.executeQuery("SELECT * FROM Kept")));
            try (PreparedStatement asked = connection.prepareStatement("SELECT T FROM Kept WHERE Id = ? AND D > ?")) {
                ParameterMetaData parameters = asked.getParameterMetaData();
                found.put("parameters", parameters.getParameterTypeName(1) + " " + parameters.getParameterTypeName(2));
            }

            SQLServerBulkCopy copy = new SQLServerBulkCopy(connection);
            copy.setDestinationTableName("Copied");
            try (Connection other = connect("false")) {
                copy.writeToServer(other.createStatement().executeQuery("SELECT Id, T FROM Kept"));
            }
            found.put("bulk", count(connection, "Copied"));
        }
        StringJoiner json = new StringJoiner(", ", "{", "}");
        found.forEach((name, answer) -> json.add('"' + name + "\": \"" + answer + '"'));
        System.out.println(json);
    }
}
