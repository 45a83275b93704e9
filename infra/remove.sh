#!/bin/sh
# Deletes what deploy.sh has made: the resource group with everything in it. Asks before it does.
set -eu

fail() {
    echo "remove: $1" >&2
    exit 2
}

group='' sure=no
while [ $# -gt 0 ]; do
    case $1 in
    --yes) sure=yes ;;
    --resource-group)
        case ${2:-} in '' | --*) fail "--resource-group needs a value after it: the group that is to go" ;; esac
        group=$2
        shift
        ;;
    -h | --help)
        echo "usage: infra/remove.sh --resource-group GROUP [--yes]"
        exit 0
        ;;
    *) fail "it does not know $1; usage: infra/remove.sh --resource-group GROUP [--yes]" ;;
    esac
    shift
done
[ -n "$group" ] || fail "--resource-group is missing; name the group that is to go"

exists=$(az group exists --name "$group") || fail "az cannot tell whether $group exists; run az login"
if [ "$exists" = false ]; then
    echo "remove: there is no resource group $group; nothing is to do"
    exit 0
fi
echo "In the resource group $group, whoever made it:"
az resource list --resource-group "$group" --query "[].{name: name, type: type}" --output table
if [ "$sure" = no ]; then
    printf 'All of this is deleted for good, a database too. To go on, type the name of the group: '
    read -r answer || answer=''
    if [ "$answer" != "$group" ]; then
        fail "nothing was deleted"
    fi
fi
az group delete --name "$group" --yes
echo "remove: $group is gone"
