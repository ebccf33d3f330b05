using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Which resource has a url and version.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0017_artifact_identities")]
internal sealed class M0017ArtifactIdentities() : SqlMigration("0017_artifact_identities");
