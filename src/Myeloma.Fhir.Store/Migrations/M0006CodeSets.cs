using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Sets of codes that searches join with postings; postings get another hash and are made anew.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0006_code_sets")]
internal sealed class M0006CodeSets() : SqlMigration("0006_code_sets");
