// go-mssqldb: types, a bulk load, transactions, a cancelled statement, errors, output parameters.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	found := map[string]any{}
	address := url.URL{
		Scheme:   "sqlserver",
		User:     url.UserPassword(os.Getenv("SQL_USER"), os.Getenv("SQL_PASSWORD")),
		Host:     "127.0.0.1:" + os.Getenv("SQL_PORT"),
		RawQuery: url.Values{"database": {os.Getenv("SQL_DATABASE")}, "encrypt": {"true"}, "trustservercertificate": {"true"}}.Encode(),
	}
	db, err := sql.Open("sqlserver", address.String())
	must(err)
	_, err = db.Exec("CREATE TABLE Kept (Id int PRIMARY KEY, T nvarchar(50), D decimal(9, 2), At datetime2(3), Raw varbinary(max), Yes bit, F float)")
	must(err)

	load, err := db.Begin()
	must(err)
	rows, err := load.Prepare(mssql.CopyIn("Kept", mssql.BulkOptions{}, "Id", "T", "D", "At", "Raw", "Yes", "F"))
	must(err)
	for number := range 3 {
		_, err = rows.Exec(number, "café", "12.34", time.Unix(0, 0).UTC(), []byte{1, 2}, true, 1.5)
		must(err)
	}
	loaded, err := rows.Exec()
	must(err)
	found["bulk"], _ = loaded.RowsAffected()
	must(load.Commit())

	_, err = db.Exec("INSERT Kept (Id, T, D) VALUES (@p1, @p2, @p3)", 10, nil, 2.5)
	must(err)
	var text, price string
	var at time.Time
	must(db.QueryRow("SELECT T, CAST(D AS varchar(10)), At FROM Kept WHERE Id = @p1", 2).Scan(&text, &price, &at))
	found["values"] = []any{text, price, at.Format(time.RFC3339)}

	change, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable})
	must(err)
	_, err = change.Exec("DELETE Kept")
	must(err)
	must(change.Rollback())
	var count int
	must(db.QueryRow("SELECT COUNT(*) FROM Kept").Scan(&count))
	found["rows after a rollback"] = count

	hurry, done := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer done()
	_, err = db.ExecContext(hurry, "WAITFOR DELAY '00:01:00'")
	found["too slow"] = errors.Is(err, context.DeadlineExceeded)
	_, err = db.Exec("INSERT Kept (Id) VALUES (1)")
	var refused mssql.Error
	errors.As(err, &refused)
	found["a key twice"] = refused.Number

	var output int
	_, err = db.Exec("sp_executesql", sql.Named("stmt", "SET @o = 5"), sql.Named("params", "@o int OUTPUT"), sql.Named("o", sql.Out{Dest: &output}))
	must(err)
	found["output"] = output
	told, err := json.Marshal(found)
	must(err)
	fmt.Println(string(told))
}
