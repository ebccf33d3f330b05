using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Myeloma.Fhir.EmbeddedPostgres.Tests")]
