using BenchmarkDotNet.Running;
using Myeloma.Fhir.Benchmarks.FhirPath;
using Myeloma.Fhir.Benchmarks.Load;

// `-- load …` runs the load script against a real server process over HTTP, `-- fhirpath …` evaluates search
// parameters over examples; anything else goes to BenchmarkDotNet (`--filter *Parse*`).
if (args is ["load", .. var rest])
    return await LoadScript.RunAsync(rest);
if (args is ["fhirpath", .. var options])
    return FhirPathScript.Run(options);

BenchmarkSwitcher.FromAssembly(typeof(LoadScript).Assembly).Run(args);
return 0;
