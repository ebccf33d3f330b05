using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Myeloma.Fhir.Store.Tests")]
