#!/bin/sh
# Deploys the app to Azure: the resources of main.bicep into a resource group, then the package. Run again, it brings both up to date.
# Needs az, logged in (az login), and what ./dev needs. docs/deploying.md tells the whole way.
set -eu
export LC_ALL=C # so that a-z below are 26 letters

folder=$(cd "$(dirname "$0")" && pwd)
project=$(dirname "$folder")
readonly deployment=durable-sql-relay # its name in the resource group, under which its outputs are found

usage() {
    cat <<'END'
usage: infra/deploy.sh --resource-group GROUP --name NAME (--new-sql | --sql-connection-string-from FILE | --parameters FILE) [...]

  --resource-group GROUP             where everything goes; best a group of its own, for infra/remove.sh deletes the whole group
  --name NAME                        3 to 17 of a-z, 0-9 and -: what the names of all resources begin with
  --location REGION                  makes the group there if it does not exist, such as westeurope
  --plan flex|consumption            Flex Consumption (default), or classic Linux Consumption, which ends on 30 September 2028
  --python VERSION                   3.11 to 3.14 (default 3.13); on consumption 3.11 or 3.12 (default 3.12)
  --new-sql                          makes an Azure SQL database too, whose administrator is whoever is logged in to az
  --sql-connection-string-from FILE  the database is there: FILE holds the app setting SqlConnectionString, and nothing else
  --app-settings-from FILE           FILE holds more app settings as a JSON object, such as {"API_URL": "https://api.example"}
  --parameters FILE                  any other parameter of main.bicep, as a JSON parameters file
  --alert-email ADDRESS              makes alerts, which write to it
  --private-network                  reaches storage and database through a virtual network only
  --dry-run                          shows what would be made, its price and every command, and runs none
END
}

fail() {
    echo "deploy: $1" >&2
    exit 2
}

group='' name='' location='' plan=flex python='' new_sql=no connection='' settings='' more='' email='' private=no dry_run=no
while [ $# -gt 0 ]; do
    case $1 in
    --new-sql) new_sql=yes ;;
    --private-network) private=yes ;;
    --dry-run) dry_run=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    --resource-group | --name | --location | --plan | --python | --sql-connection-string-from | --app-settings-from | --parameters | --alert-email)
        case ${2:-} in '' | --*) fail "$1 needs a value after it; --help shows which" ;; esac
        case $1 in
        --resource-group) group=$2 ;;
        --name) name=$2 ;;
        --location) location=$2 ;;
        --plan) plan=$2 ;;
        --python) python=$2 ;;
        --sql-connection-string-from) connection=$2 ;;
        --app-settings-from) settings=$2 ;;
        --parameters) more=$2 ;;
        --alert-email) email=$2 ;;
        esac
        shift
        ;;
    *) fail "it does not know $1; --help shows what it takes" ;;
    esac
    shift
done

[ -n "$group" ] || fail "--resource-group is missing; name the group that everything goes into"
[ -n "$name" ] || fail "--name is missing; it is what the names of all resources begin with, such as shop-relay"
case $name in
*[!a-z0-9-]* | [!a-z]* | *-) fail "--name $name cannot be used; take a-z, 0-9 and -, a letter first and no - at the end" ;;
esac
if [ ${#name} -lt 3 ] || [ ${#name} -gt 17 ]; then
    fail "--name $name has ${#name} characters; take 3 to 17"
fi
case $plan:${python:=$([ "$plan" = consumption ] && echo 3.12 || echo 3.13)} in
flex:3.11 | flex:3.12 | flex:3.13 | flex:3.14 | consumption:3.11 | consumption:3.12) ;;
flex:*) fail "--python $python is no Python of the app; take 3.11, 3.12, 3.13 or 3.14" ;;
consumption:*) fail "--python $python does not run on classic Consumption; take 3.11 or 3.12, or --plan flex" ;;
*) fail "--plan $plan is none; take flex or consumption" ;;
esac
if [ "$plan$private" = consumptionyes ]; then
    fail "--private-network needs --plan flex: classic Consumption reaches no virtual network"
fi
if [ "$new_sql" = yes ] && [ -n "$connection" ]; then
    fail "--new-sql and --sql-connection-string-from exclude each other; a new database is reached with the app's identity"
fi
if [ "$new_sql" = no ] && [ -z "$connection$more" ]; then
    fail "it is not said where the database is; add --sql-connection-string-from FILE, or --new-sql"
fi
for file in "$connection" "$settings" "$more"; do
    if [ -n "$file" ] && { [ ! -r "$file" ] || [ ! -s "$file" ]; }; then
        fail "$file cannot be read, or is empty; see that it is there"
    fi
done

exec 3>&1 # where --dry-run shows commands, also those whose output is wanted

# Prints a command so that it can be copied.
show() {
    printf ' ' >&3
    for word in "$@"; do
        case $word in
        *[!a-zA-Z0-9_./:=@,+-]* | '') printf " '%s'" "$(printf %s "$word" | sed "s/'/'\\\\''/g")" >&3 ;;
        *) printf ' %s' "$word" >&3 ;;
        esac
    done
    echo >&3
}

# Runs a command, or shows it.
run() {
    if [ "$dry_run" = yes ]; then show "$@"; else "$@"; fi
}

# Prints what a command answers, or shows the command and prints the stand-in that is its first argument.
ask() {
    standin=$1
    shift
    run "$@"
    if [ "$dry_run" = yes ]; then echo "$standin"; fi
}

# Prints one output of the deployment.
output() {
    ask "<$1>" az deployment group show --resource-group "$group" --name "$deployment" --query "properties.outputs.$1.value" --output tsv
}

step() {
    if [ "$dry_run" = yes ]; then echo "  # $1"; else echo "deploy: $1"; fi
}

# Prints the lines of prices.txt that concern what was asked for.
prices() {
    grep '^#' "$folder/prices.txt" | sed 's/^# //'
    grep -v '^#' "$folder/prices.txt" | while IFS='|' read -r for_what resource dollars basis; do
        case ${for_what%% *} in
        always | "$plan") ;;
        new-sql) [ "$new_sql" = yes ] || continue ;;
        alerts) [ -n "$email" ] || continue ;;
        private-network) [ "$private" = yes ] || continue ;;
        *) continue ;;
        esac
        echo "  $resource|$dollars|$basis"
    done
}

if [ "$dry_run" = yes ]; then
    prices
    echo "Commands:"
fi
run az account show --output none || fail "az is not logged in; run az login"

step "the package"
run "$project/dev" package
if [ -n "$location" ]; then
    step "the resource group"
    run az group create --name "$group" --location "$location" --output none
else
    run az group show --name "$group" --output none ||
        fail "there is no resource group $group, or it may not be seen; add --location, such as --location westeurope, to make it"
fi

if [ "$private" = yes ]; then
    step "Microsoft.App, to which the subnet of the app is given: the subscription has to know it"
    run az provider register --namespace Microsoft.App --wait ||
        fail "Microsoft.App is not registered; have somebody with rights on the subscription run: az provider register --namespace Microsoft.App"
fi

set -- "name=$name" "plan=$plan" "pythonVersion=$python"
if [ -n "$location" ]; then set -- "$@" "location=$location"; fi
if [ "$new_sql" = yes ]; then
    step "who administrates the new database"
    id=$(ask '<your object id>' az ad signed-in-user show --query id --output tsv)
    login=$(ask '<your name>' az ad signed-in-user show --query userPrincipalName --output tsv)
    set -- "$@" sql=new "sqlAdminObjectId=$id" "sqlAdminName=$login"
    # Who administers a server is taken when it is made, and refused later.
    servers=$(ask 0 az sql server list --resource-group "$group" --query "length([?starts_with(name, '$name-')])" --output tsv)
    if [ "$servers" != 0 ]; then set -- "$@" sqlServerExists=true; fi
fi
# az reads a value that begins with @ from that file, so no secret stands in a command line.
if [ -n "$connection" ]; then set -- "$@" "sqlConnectionString=@$connection"; fi
if [ -n "$settings" ]; then set -- "$@" "appSettings=@$settings"; fi
if [ -n "$email" ]; then set -- "$@" "alertEmail=$email"; fi
if [ "$private" = yes ]; then set -- "$@" privateNetwork=true; fi
if [ -n "$more" ]; then set -- "$more" "$@"; fi

step "the resources; takes some minutes"
run az deployment group create --resource-group "$group" --name "$deployment" --template-file "$folder/main.bicep" \
    --parameters "$@" --output none
app=$(output functionAppName)
host=$(output functionAppHostName)
identity=$(output identityName)
server=$(output sqlServerFqdn)
database=$(output sqlDatabaseName)

step "the code; Azure installs its requirements"
version=$(sed -n 's/^VERSION = "\(.*\)"$/\1/p' "$project/relay/version.py")
tries=1
until run az functionapp deployment source config-zip --resource-group "$group" --name "$app" \
    --src "$project/dist/durable-sql-relay-$version.zip" --build-remote true --output none; do
    # Roles that were just given are known to the storage account some minutes later.
    if [ "$tries" -ge 5 ]; then fail "the code was not taken, five times; see what az says above, and run this again"; fi
    tries=$((tries + 1))
    echo "deploy: the code was not taken; once more in a minute"
    sleep 60
done

if [ "$dry_run" = no ]; then
    cat <<END
deploy: done. Next: the database, docs/deploying.md#prepare-the-database
  app       $app, https://$host/api/health (needs a function key)
  identity  $identity
  database  ${server:-the one of SqlConnectionString}${database:+, $database}
END
fi
