//! tiberius without TLS and on a socket that blocks, so that little has to be built: parameters, a bulk load, errors, a transaction.
use std::env::var;
use std::error::Error;
use std::future::Future;
use std::net::TcpStream;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use futures_util::io::AllowStdIo;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, IntoSql, TokenRow};

fn main() -> Result<(), Box<dyn Error>> {
    let mut played = pin!(play());
    loop {
        if let Poll::Ready(end) = played.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return end;
        }
    }
}

async fn play() -> Result<(), Box<dyn Error>> {
    let mut config = Config::new();
    config.host("127.0.0.1");
    config.port(var("SQL_PORT")?.parse()?);
    config.database(var("SQL_DATABASE")?);
    config.authentication(AuthMethod::sql_server(var("SQL_USER")?, var("SQL_PASSWORD")?));
    config.encryption(EncryptionLevel::NotSupported);
    let socket = TcpStream::connect(config.get_addr())?;
    let mut client = Client::connect(config, AllowStdIo::new(socket)).await?;

    client.simple_query("CREATE TABLE Kept (Id int NOT NULL PRIMARY KEY, T nvarchar(50), F float)").await?.into_results().await?;
    let insert = "INSERT Kept VALUES (@P1, @P2, @P3)";
    let inserted = client.execute(insert, &[&1i32, &"café", &1.5f64]).await?.total();
    let again = match client.execute(insert, &[&1i32, &"café", &1.5f64]).await {
        Err(error) => error.code().unwrap_or(0),
        Ok(_) => 0,
    };
    let mut load = client.bulk_insert("Kept").await?;
    for number in 10..13i32 {
        let mut row = TokenRow::new();
        row.push(number.into_sql());
        row.push("bulk".into_sql());
        row.push(2.5f64.into_sql());
        load.send(row).await?;
    }
    let loaded = load.finalize().await?.total();
    client.simple_query("BEGIN TRAN; DELETE Kept").await?.into_results().await?;
    client.simple_query("ROLLBACK").await?.into_results().await?;
    let row = client.query("SELECT COUNT(*), MAX(T) FROM Kept WHERE F > @P1", &[&1f64]).await?.into_row().await?.ok_or("no row")?;
    println!(
        r#"{{"inserted": {inserted}, "a key twice": {again}, "bulk": {loaded}, "rows after a rollback": {}, "text": "{}"}}"#,
        row.get::<i32, _>(0).unwrap_or(-1),
        row.get::<&str, _>(1).unwrap_or("")
    );
    Ok(())
}
