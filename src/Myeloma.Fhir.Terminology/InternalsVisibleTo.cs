using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Myeloma.Fhir.Terminology.Tests")]
